// What a team would run instead of functions: Express on a server, the session in Redis, a middleware that checks it.
import express from "express";
import { createClient } from "redis";
import { read } from "./token.mjs";

const { PORT, REDIS_URL, TOKEN: PREPARED } = process.env;
const redis = createClient({ url: REDIS_URL });

// Both records in one round trip, as the functions read both items.
async function session(request, response, next) {
  const started = performance.now();
  const token = read(request.headers.authorization);
  const [text, generation] = token ? await redis.mGet([`session:${token.hash}`, `generation:${token.user}`]) : [];
  const found = text ? JSON.parse(text) : null;
  const now = Date.now() / 1000;
  const good = found?.state === "active" && found.generation === generation
    && now < found.expires_at && now < found.absolute_expires_at;
  const line = { timestamp: new Date().toISOString(), level: "INFO", message: "request", function: "express",
    user_id: token?.user, session_id: found?.session_id, outcome: good ? "allow" : "refuse",
    duration_ms: performance.now() - started };
  process.stdout.write(`${JSON.stringify(line)}\n`);
  if (!good) return response.status(401).json({ code: "session_invalid" });
  request.session = found;
  return next();
}

const app = express();
app.get("/me", session, (request, response) => {
  const { user_id, app_id, openid, session_id, expires_at } = request.session;
  response.json({ context: { user_id, app_id, openid, session_id, expires_at } });
});

const { user, hash } = read(`Bearer ${PREPARED}`);
const now = Math.floor(Date.now() / 1000);
const stored = { user_id: user, session_id: "019aa9c3-7c00-7000-8000-000000000001", generation: "AQIDBAUGBwg=",
  app_id: "wx0123456789abcdef", openid: "oTEST0000000000000000000001A", created_at: now - 60, last_seen_at: now - 60,
  expires_at: now + 86_340, absolute_expires_at: now + 172_740, state: "active" };
await redis.connect();
await redis.set(`session:${hash}`, JSON.stringify(stored), { EX: 172_740 });
await redis.set(`generation:${user}`, stored.generation);
app.listen(Number(PORT), "127.0.0.1");
