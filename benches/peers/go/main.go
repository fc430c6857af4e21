// The authorizer's work on Go: AWS SDK v2, the client made once at start-up, on a minimal Runtime API loop
// (aws-lambda-go does the same work; Debian does not package it).
package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/config"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const base62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

var (
	format          = regexp.MustCompile(`^(?i:Bearer) wxs_([A-Za-z0-9_-]{64})([0-9A-Za-z]{6})$`)
	users, sessions = os.Getenv("USERS_TABLE"), os.Getenv("SESSIONS_TABLE")
	cold            = true
)

type event struct {
	AuthorizationToken string `json:"authorizationToken"`
	MethodArn          string `json:"methodArn"`
}

type statement struct {
	Action, Effect, Resource string
}

type document struct {
	Version   string
	Statement []statement
}

type answer struct {
	PrincipalID    string            `json:"principalId"`
	PolicyDocument document          `json:"policyDocument"`
	Context        map[string]string `json:"context"`
}

type line struct {
	Timestamp  string  `json:"timestamp"`
	Level      string  `json:"level"`
	Message    string  `json:"message"`
	Function   string  `json:"function"`
	RequestID  string  `json:"request_id"`
	ColdStart  bool    `json:"cold_start"`
	UserID     string  `json:"user_id"`
	SessionID  string  `json:"session_id"`
	Outcome    string  `json:"outcome"`
	DurationMs float64 `json:"duration_ms"`
}

func checksum(body string) string {
	rest := crc32.ChecksumIEEE([]byte("wxs_" + body))
	text := [6]byte{}
	for place := 5; place >= 0; place-- {
		text[place] = base62[rest%62]
		rest /= 62
	}
	return string(text[:])
}

// read gives the user and the sort key of a token, or false.
func read(header string) (string, string, bool) {
	found := format.FindStringSubmatch(header)
	if found == nil || checksum(found[1]) != found[2] {
		return "", "", false
	}
	raw, err := base64.RawURLEncoding.DecodeString(found[1])
	if err != nil {
		return "", "", false
	}
	digits := hex.EncodeToString(raw[:16])
	user := strings.Join([]string{digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]}, "-")
	digest := sha256.Sum256(append([]byte("wxs/session/1\x001\x00"), raw...))
	return user, base64.RawURLEncoding.EncodeToString(digest[:]), true
}

func text(item map[string]types.AttributeValue, name string) string {
	switch value := item[name].(type) {
	case *types.AttributeValueMemberS:
		return value.Value
	case *types.AttributeValueMemberN:
		return value.Value
	case *types.AttributeValueMemberB:
		return string(value.Value)
	}
	return ""
}

func find(db *dynamodb.Client, user, sortKey string) (record, session map[string]types.AttributeValue, err error) {
	id := &types.AttributeValueMemberS{Value: user}
	out, err := db.BatchGetItem(context.Background(), &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
		users: {
			Keys:           []map[string]types.AttributeValue{{"user_id": id}},
			ConsistentRead: aws.Bool(true), ProjectionExpression: aws.String("user_id, live, app_id, openid, unionid, created_at, signed_out_at, blocked"),
		},
		sessions: {
			Keys:           []map[string]types.AttributeValue{{"pk": id, "sk": &types.AttributeValueMemberS{Value: sortKey}}},
			ConsistentRead: aws.Bool(true),
		},
	}})
	if err != nil {
		return nil, nil, err
	}
	if len(out.UnprocessedKeys) > 0 {
		return nil, nil, errors.New("cannot tell")
	}
	if items := out.Responses[users]; len(items) > 0 {
		record = items[0]
	}
	if items := out.Responses[sessions]; len(items) > 0 {
		session = items[0]
	}
	return record, session, nil
}

// The list of live sessions: a mark of eight bytes, then a hash of 32 for each.
func isListed(live, sortKey string) bool {
	hash, err := base64.RawURLEncoding.DecodeString(sortKey)
	for at := 8; err == nil && at+32 <= len(live); at += 32 {
		if live[at:at+32] == string(hash) {
			return true
		}
	}
	return false
}

func isGood(record, session map[string]types.AttributeValue, sortKey string) bool {
	idle, _ := strconv.ParseInt(text(session, "expires_at"), 10, 64)
	absolute, _ := strconv.ParseInt(text(session, "absolute_expires_at"), 10, 64)
	now := time.Now().Unix()
	return text(session, "state") == "active" && record != nil &&
		record["blocked"] == nil && isListed(text(record, "live"), sortKey) && now < idle && now < absolute
}

func policy(effect, principal, arn string, context map[string]string) answer {
	stage := strings.Join(strings.SplitN(arn, "/", 3)[:2], "/")
	return answer{principal, document{"2012-10-17", []statement{{"execute-api:Invoke", effect, stage + "/*"}}}, context}
}

func authorize(db *dynamodb.Client, input []byte, requestID string) (answer, error) {
	started := time.Now()
	log := line{Timestamp: started.UTC().Format(time.RFC3339Nano), Level: "INFO", Message: "request", Function: "authorizer",
		RequestID: requestID, ColdStart: cold, Outcome: "refuse"}
	cold = false
	var asked event
	if err := json.Unmarshal(input, &asked); err != nil {
		return answer{}, err
	}
	result := policy("Deny", "refused", asked.MethodArn, map[string]string{"code": "session_invalid"})
	if user, sortKey, ok := read(asked.AuthorizationToken); ok {
		record, session, err := find(db, user, sortKey)
		if err != nil {
			return answer{}, err
		}
		log.UserID = user
		if isGood(record, session, sortKey) {
			log.SessionID, log.Outcome = text(session, "session_id"), "allow"
			result = policy("Allow", user, asked.MethodArn, map[string]string{
				"user_id": user, "app_id": text(session, "app_id"), "openid": text(record, "openid"),
				"session_id": log.SessionID, "expires_at": text(session, "expires_at"),
			})
		}
	}
	log.DurationMs = float64(time.Since(started).Microseconds()) / 1000
	written, err := json.Marshal(log)
	if err == nil {
		_, err = os.Stdout.Write(append(written, '\n'))
	}
	return result, err
}

func main() {
	resolver := aws.EndpointResolverWithOptionsFunc(func(_, region string, _ ...interface{}) (aws.Endpoint, error) {
		return aws.Endpoint{URL: os.Getenv("AWS_ENDPOINT_URL_DYNAMODB"), SigningRegion: region}, nil
	})
	settings, err := config.LoadDefaultConfig(context.Background(), config.WithEndpointResolverWithOptions(resolver))
	if err != nil {
		panic(err)
	}
	db, client := dynamodb.NewFromConfig(settings), &http.Client{}
	base := "http://" + os.Getenv("AWS_LAMBDA_RUNTIME_API") + "/2018-06-01/runtime/invocation/"
	for {
		next, err := client.Get(base + "next")
		if err != nil {
			return
		}
		input, _ := io.ReadAll(next.Body)
		next.Body.Close()
		id := next.Header.Get("Lambda-Runtime-Aws-Request-Id")
		result, err := authorize(db, input, id)
		path, body := id+"/response", []byte{}
		if err == nil {
			body, err = json.Marshal(result)
		}
		if err != nil {
			path, body = id+"/error", []byte(`{"errorType":"Error","errorMessage":"cannot tell"}`)
		}
		done, err := client.Post(base+path, "application/json", bytes.NewReader(body))
		if err != nil {
			return
		}
		io.Copy(io.Discard, done.Body)
		done.Body.Close()
	}
}
