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
		"session_id": identity.SessionID, "expires_at": float64(identity.ExpiresAt), "auth_time": authTime, "audience": orNull(identity.Audience),
		"roles": roles, "claims": claims, "external_id": orNull(identity.ExternalID),
	}
}

func TestReadsWhatIsAnIdentityAndNothingElseAsEveryReaderDoes(t *testing.T) {
	text, err := os.ReadFile("cases.json")
	if err != nil {
		t.Fatal(err)
	}
	var table struct {
		Cases []struct {
			What       string
			Authorizer any
			Identity   map[string]any
		}
		Changed []struct {
			What        string
			With, Gives map[string]any
		}
		Refused map[string][]any
	}
	if err := json.Unmarshal(text, &table); err != nil {
		t.Fatal(err)
	}
	count := 0
	check := func(what any, authorizer, expected map[string]any) {
		count++
		identity, is := IdentityIn(authorizer)
		if is != (expected != nil) || is && !reflect.DeepEqual(plain(identity), expected) {
			t.Errorf("%v: %v %v", what, is, identity)
		}
	}
	for _, one := range table.Cases {
		authorizer, _ := one.Authorizer.(map[string]any)
		check(one.What, authorizer, one.Identity)
	}
	first, _ := table.Cases[0].Authorizer.(map[string]any)
	for _, one := range table.Changed {
		if one.Gives != nil {
			one.Gives = with(table.Cases[0].Identity, one.Gives)
		}
		check(one.What, with(first, one.With), one.Gives)
	}
	for name, values := range table.Refused {
		for _, value := range values {
			change := map[string]any{name: value}
			check(change, with(first, change), nil)
		}
	}
	if count < 350 {
		t.Error(count, "cases")
	}
}

func with(first, change map[string]any) map[string]any {
	changed := map[string]any{}
	for _, one := range []map[string]any{first, change} {
		for name, value := range one {
			changed[name] = value
		}
	}
	return changed
}

func TestARoleIsComparedLetterForLetter(t *testing.T) {
	staff := Identity{Roles: []string{"staff", "editor"}}
	if !staff.HasRole("editor") || staff.HasRole("edit") || staff.HasRole("") {
		t.Error("a role is not a piece of one")
	}
}
