package wxsession

import (
	"encoding/json"
	"os"
	"reflect"
	"testing"
)

// plain is an identity as the table has it.
func plain(identity Identity) map[string]any {
	orNull := func(text string) any {
		if text == "" {
			return nil
		}
		return text
	}
	roles, claims := []any{}, map[string]any{}
	for _, role := range identity.Roles {
		roles = append(roles, role)
	}
	for name, claim := range identity.Claims {
		claims[name] = claim
	}
	var authTime any
	if identity.AuthTime != 0 {
		authTime = float64(identity.AuthTime)
	}
	return map[string]any{
		"user_id": identity.UserID, "app_id": identity.AppID, "openid": identity.OpenID, "unionid": orNull(identity.UnionID),
		"session_id": identity.SessionID, "expires_at": float64(identity.ExpiresAt), "auth_time": authTime,
		"roles": roles, "claims": claims, "external_id": orNull(identity.ExternalID),
	}
}

func TestReadsWhatIsAnIdentityAndNothingElseAsEveryReaderDoes(t *testing.T) {
	text, err := os.ReadFile("cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		What       string
		Authorizer any
		Identity   map[string]any
	}
	if err := json.Unmarshal(text, &cases); err != nil || len(cases) < 61 {
		t.Fatal(len(cases), err)
	}
	for _, one := range cases {
		authorizer, _ := one.Authorizer.(map[string]any)
		identity, is := IdentityIn(authorizer)
		if is != (one.Identity != nil) || is && !reflect.DeepEqual(plain(identity), one.Identity) {
			t.Errorf("%s: %v %v", one.What, is, identity)
		}
	}
}

func TestARoleIsComparedLetterForLetter(t *testing.T) {
	staff := Identity{Roles: []string{"staff", "editor"}}
	if !staff.HasRole("editor") || staff.HasRole("edit") || staff.HasRole("") {
		t.Error("a role is not a piece of one")
	}
}
