// Package wxsession says who is calling: it reads what the session authorizer hands on. One file on the standard library,
// for Go 1.19 and later; copy it.
//
// Strict on purpose: what no session authorizer hands on is nobody's identity, not half of one.
package wxsession

import (
	"regexp"
	"strconv"
	"strings"
)

// Identity is who is calling. OpenID and UnionID are WeChat's names of the user: never send them to a client, never log them.
type Identity struct {
	UserID    string
	AppID     string
	OpenID    string
	UnionID   string // empty when WeChat gave none
	SessionID string
	ExpiresAt int64  // when the session ends, unix seconds
	AuthTime  int64  // when the session's login was, unix seconds; 0 when it is not known
	Audience  string // the origin of the page in a web-view whose session it is; empty for the Mini Program's own
	// What your backend said of the user: docs/accounts.md.
	Roles      []string
	Claims     map[string]string
	ExternalID string
}

var (
	uuidForm       = regexp.MustCompile(`\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z`)
	nameForm       = regexp.MustCompile(`\A[\x21-\x7e]{1,48}\z`)
	originForm     = regexp.MustCompile(`\A[\x21-\x7e]{1,512}\z`)
	externalIDForm = regexp.MustCompile(`\A[\x21-\x7e]{1,64}\z`)
	secondsForm    = regexp.MustCompile(`\A[1-9][0-9]{0,14}\z`)
	roleForm       = regexp.MustCompile(`\A[A-Za-z0-9][A-Za-z0-9._:-]{0,31}\z`)
	claimForm      = regexp.MustCompile(`\A[a-z][a-z0-9_]{0,31}\z`)
	printable      = regexp.MustCompile(`\A[^\x00-\x1f\x7f-\x{9f}]*\z`)
)

// Names that no claim has: each means something else, here or in tokens.
const reserved = " app_id aud audience auth_time azp client_id exp expires_at external_id iat iss jti nbf openid principal_id reason roles " +
	"scope scopes session_id sub unionid user_id "

const mostRoles, mostClaims, mostClaimsBytes = 16, 20, 1024

// HasRole says whether the user has the role, letter for letter.
func (identity Identity) HasRole(role string) bool {
	for _, had := range identity.Roles {
		if had == role {
			return true
		}
	}
	return false
}

// IdentityIn reads requestContext.authorizer of an event: with aws-lambda-go's events that is RequestContext.Authorizer of a
// REST API, and RequestContext.Authorizer.Lambda of an HTTP API. False when no session authorizer was asked.
func IdentityIn(authorizer map[string]any) (Identity, bool) {
	handedOn := authorizer
	if nested, is := authorizer["lambda"]; is {
		handedOn, _ = nested.(map[string]any)
	}
	whole := true
	check := func(value any, form *regexp.Regexp) string {
		text, is := value.(string)
		whole = whole && is && form.MatchString(text)
		return text
	}
	// What there need not be. What is null is there.
	optional := func(name string, form *regexp.Regexp) string {
		if value, is := handedOn[name]; is {
			return check(value, form)
		}
		return ""
	}
	identity := Identity{
		UserID: check(handedOn["user_id"], uuidForm), AppID: check(handedOn["app_id"], nameForm),
		OpenID: check(handedOn["openid"], nameForm), UnionID: optional("unionid", nameForm),
		SessionID: check(handedOn["session_id"], uuidForm), ExternalID: optional("external_id", externalIDForm),
		Audience: optional("audience", originForm),
		Claims:   map[string]string{},
	}
	identity.ExpiresAt, _ = strconv.ParseInt(check(handedOn["expires_at"], secondsForm), 10, 64)
	identity.AuthTime, _ = strconv.ParseInt(optional("auth_time", secondsForm), 10, 64)
	// One string, in order, a space between two; no roles are no string.
	if _, is := handedOn["roles"]; is {
		identity.Roles = strings.Split(optional("roles", printable), " ")
	}
	for i, role := range identity.Roles {
		whole = whole && roleForm.MatchString(role) && (i == 0 || identity.Roles[i-1] < role)
	}
	// Each claim is a name of its own, claim_<name>, and text.
	bytes := 0
	for name, value := range handedOn {
		if claim := strings.TrimPrefix(name, "claim_"); claim != name {
			text := check(value, printable)
			whole = whole && claimForm.MatchString(claim) && !strings.Contains(reserved, " "+claim+" ")
			identity.Claims[claim] = text
			bytes += len(claim) + len(text)
		}
	}
	if !whole || len(identity.Roles) > mostRoles || len(identity.Claims) > mostClaims || bytes > mostClaimsBytes {
		return Identity{}, false
	}
	return identity, true
}
