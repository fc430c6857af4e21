// Package wxsession says who is calling: it reads what the session authorizer hands on. One file on the standard library,
// for Go 1.19 and later; copy it.
//
// Strict on purpose: what no session authorizer hands on is nobody's identity, not half of one.
package wxsession

import (
	"encoding/json"
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
	ExpiresAt int64 // when the session ends, unix seconds
	AuthTime  int64 // when the session's login was, unix seconds; 0 when it is not known
	// What your backend said of the user: docs/accounts.md.
	Roles      []string
	Claims     map[string]string
	ExternalID string
}

var (
	uuidForm       = regexp.MustCompile(`\A[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\z`)
	roleForm       = regexp.MustCompile(`\A[A-Za-z0-9][A-Za-z0-9._:-]{0,31}\z`)
	externalIDForm = regexp.MustCompile(`\A[\x21-\x7e]{1,64}\z`)
	claimForm      = regexp.MustCompile(`\A[a-z][a-z0-9_]{0,31}\z`)
	secondsForm    = regexp.MustCompile(`\A[0-9]{1,15}\z`)
	control        = regexp.MustCompile(`[\x00-\x1f\x7f-\x{9f}]`)
)

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
	text := func(name string, form *regexp.Regexp, optional bool) string {
		value, has := handedOn[name]
		if optional && !has {
			return ""
		}
		text, is := value.(string)
		whole = whole && is && (form == nil || form.MatchString(text))
		return text
	}
	identity := Identity{
		UserID: text("user_id", uuidForm, false), AppID: text("app_id", nil, false), OpenID: text("openid", nil, false),
		SessionID: text("session_id", uuidForm, false), UnionID: text("unionid", nil, true),
		ExternalID: text("external_id", externalIDForm, true),
	}
	if roles, has := handedOn["roles"]; has {
		text, _ := roles.(string)
		identity.Roles = strings.Split(text, " ")
	}
	for _, role := range identity.Roles {
		whole = whole && roleForm.MatchString(role)
	}
	identity.Claims = map[string]string{}
	for name, value := range handedOn {
		if claim := strings.TrimPrefix(name, "claim_"); claim != name {
			text, is := value.(string)
			whole = whole && is && claimForm.MatchString(claim) && !control.MatchString(text)
			identity.Claims[claim] = text
		}
	}
	expiresAt, is := seconds(handedOn["expires_at"])
	identity.ExpiresAt = expiresAt
	identity.AuthTime, _ = seconds(handedOn["auth_time"])
	if !whole || !is {
		return Identity{}, false
	}
	return identity, true
}

// API Gateway hands every value on as text; a number is taken too.
func seconds(value any) (int64, bool) {
	text, is := value.(string)
	if number, isNumber := value.(json.Number); isNumber {
		text, is = number.String(), true
	} else if number, isNumber := value.(float64); isNumber {
		text, is = strconv.FormatFloat(number, 'f', -1, 64), true
	}
	if !is || !secondsForm.MatchString(text) {
		return 0, false
	}
	number, err := strconv.ParseInt(text, 10, 64)
	return number, err == nil
}
