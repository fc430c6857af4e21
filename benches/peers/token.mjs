// The token of this project on Node.js, as both peers read it.
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";

const TOKEN = /^Bearer wxs_([A-Za-z0-9_-]{64})([0-9A-Za-z]{6})$/i;
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

function checksum(body) {
  let rest = crc32(`wxs_${body}`);
  let text = "";
  for (let place = 0; place < 6; place++) {
    text = BASE62[rest % 62] + text;
    rest = Math.floor(rest / 62);
  }
  return text;
}

/** Whose token a header holds, and its hash; null when it is none. */
export function read(header) {
  const [, body, check] = TOKEN.exec(header ?? "") ?? [];
  if (!body || checksum(body) !== check) return null;
  const raw = Buffer.from(body, "base64url");
  const hex = raw.toString("hex", 0, 16);
  const user = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
  const hash = createHash("sha256").update("wxs/session/1\x001\0").update(raw).digest("base64url");
  return { user, hash };
}
