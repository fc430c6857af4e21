// The authorizer's work on Node.js: AWS SDK v3, the client made once at start-up.
import { BatchGetItemCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { read } from "./token.mjs";

const dynamodb = new DynamoDBClient({});
const { USERS_TABLE, SESSIONS_TABLE } = process.env;
let cold = true;

async function find({ user, hash }) {
  const command = new BatchGetItemCommand({
    RequestItems: {
      [USERS_TABLE]: { Keys: [{ user_id: { S: user } }], ConsistentRead: true, ProjectionExpression: "user_id, generation" },
      [SESSIONS_TABLE]: { Keys: [{ pk: { S: user }, sk: { S: hash } }], ConsistentRead: true },
    },
  });
  const { Responses, UnprocessedKeys } = await dynamodb.send(command);
  if (Object.keys(UnprocessedKeys ?? {}).length > 0) throw new Error("cannot tell");
  return { record: Responses?.[USERS_TABLE]?.[0], session: Responses?.[SESSIONS_TABLE]?.[0] };
}

function isGood({ record, session }) {
  const now = Date.now() / 1000;
  return session?.state.S === "active"
    && record !== undefined
    && Buffer.compare(record.generation.B, session.generation.B) === 0
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
  const session = found && isGood(found) ? found.session : null;
  const answer = session
    ? policy("Allow", token.user, event.methodArn, {
      user_id: token.user, app_id: session.app_id.S, openid: session.openid.S, session_id: session.session_id.S,
      expires_at: session.expires_at.N,
    })
    : policy("Deny", "refused", event.methodArn, { code: "session_invalid" });
  Object.assign(line, { user_id: token?.user, session_id: session?.session_id.S, outcome: session ? "allow" : "refuse",
    duration_ms: performance.now() - started });
  process.stdout.write(`${JSON.stringify(line)}\n`);
  return answer;
};
