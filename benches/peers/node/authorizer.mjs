// The authorizer's work on Node.js: AWS SDK v3, the client made once at start-up.
import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { read } from "./token.mjs";

const dynamodb = new DynamoDBClient({});
const { USERS_TABLE, SESSIONS_TABLE } = process.env;
let cold = true;

async function find({ user, hash }) {
  const command = new BatchGetItemCommand({
    RequestItems: {
      [USERS_TABLE]: { Keys: [{ user_id: { S: user } }], ConsistentRead: true, ProjectionExpression: "user_id, live, app_id, openid, unionid, created_at, signed_out_at, blocked" },
      [SESSIONS_TABLE]: { Keys: [{ pk: { S: user }, sk: { S: hash } }], ConsistentRead: true },
    },
  });
  const { Responses, UnprocessedKeys } = await dynamodb.send(command);
  if (Object.keys(UnprocessedKeys ?? {}).length > 0) throw new Error("cannot tell");
  return { record: Responses?.[USERS_TABLE]?.[0], session: Responses?.[SESSIONS_TABLE]?.[0] };
}

/** The list of live sessions: a mark of eight bytes, then a hash of 32 for each. */
function isListed(live, hash) {
  const wanted = Buffer.from(hash, "base64url");
  for (let at = 8; at < live.length; at += 32) {
    if (wanted.equals(live.subarray(at, at + 32))) return true;
  }
  return false;
}

function isGood({ record, session }, hash) {
  const now = Date.now() / 1000;
  return session?.state.S === "active"
    && record !== undefined
    && record.blocked === undefined
    && isListed(record.live.B, hash)
    && now < Number(session.expires_at.N)
    && now < Number(session.absolute_expires_at.N);
}

function policy(effect, principalId, methodArn, context) {
  const stage = methodArn.split("/", 2).join("/");
  const statement = { Action: "execute-api:Invoke", Effect: effect, Resource: `${stage}/*` };
  return { principalId, policyDocument: { Version: "2012-10-17", Statement: [statement] }, context };
}

export const handler = async (event, lambda) => {
  const started = performance.now();
  const line = { timestamp: new Date().toISOString(), level: "INFO", message: "request", function: "authorizer",
    request_id: lambda.awsRequestId, cold_start: cold };
  cold = false;
  const token = read(event.authorizationToken);
  const found = token && (await find(token));
  const session = found && isGood(found, token.hash) ? found.session : null;
  const answer = session
    ? policy("Allow", token.user, event.methodArn, {
      user_id: token.user, app_id: session.app_id.S, openid: found.record.openid.S, session_id: session.session_id.S,
      expires_at: session.expires_at.N,
    })
    : policy("Deny", "refused", event.methodArn, { code: "session_invalid" });
  Object.assign(line, { user_id: token?.user, session_id: session?.session_id.S, outcome: session ? "allow" : "refuse",
    duration_ms: performance.now() - started });
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return answer;
};
