import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** javac -d classes *.java && java -cp classes IdentityTest, in this folder. */
public class IdentityTest {
  static int count;
  static final List<String> WRONG = new ArrayList<>();

  @SuppressWarnings("unchecked")
  public static void main(String[] arguments) throws Exception {
    Map<String, Object> table = (Map<String, Object>) new Json(Files.readString(Path.of("cases.json"))).value();
    List<Map<String, Object>> cases = (List<Map<String, Object>>) table.get("cases");
    for (Map<String, Object> one : cases) {
      check(one.get("what"), one.get("authorizer"), one.get("identity"));
    }
    Object first = cases.get(0).get("authorizer");
    for (Map<String, Object> one : (List<Map<String, Object>>) table.get("changed")) {
      Object gives = one.get("gives");
      check(one.get("what"), with(first, one.get("with")), gives == null ? null : with(cases.get(0).get("identity"), gives));
    }
    ((Map<String, List<Object>>) table.get("refused")).forEach((name, values) -> values.forEach(value -> {
      Map<String, Object> change = new LinkedHashMap<>();
      change.put(name, value);
      check(change, with(first, change), null);
    }));
    check("no map", null, null);
    if (count < 350 || !WRONG.isEmpty()) {
      throw new AssertionError(count + " cases, wrong:\n" + String.join("\n", WRONG));
    }
    System.out.println("ok, " + count + " cases");
  }

  @SuppressWarnings("unchecked")
  static void check(Object what, Object authorizer, Object expected) {
    count++;
    Optional<Identity> read = Identity.in(authorizer instanceof Map ? (Map<String, Object>) authorizer : null);
    if (!read.<Object>map(IdentityTest::plain).equals(Optional.ofNullable(expected))) {
      WRONG.add(what + ": " + read);
    }
  }

  /** An identity as the table has it. */
  static Map<String, Object> plain(Identity identity) {
    Map<String, Object> plain = new LinkedHashMap<>(Map.of(
        "user_id", identity.userId(), "app_id", identity.appId(), "openid", identity.openId(),
        "session_id", identity.sessionId(), "expires_at", identity.expiresAt(),
        "roles", identity.roles(), "claims", identity.claims()));
    plain.put("unionid", identity.unionId());
    plain.put("auth_time", identity.authTime());
    plain.put("audience", identity.audience());
    plain.put("external_id", identity.externalId());
    return plain;
  }

  static Map<String, Object> with(Object first, Object change) {
    Map<String, Object> changed = new LinkedHashMap<>();
    ((Map<?, ?>) first).forEach((name, value) -> changed.put((String) name, value));
    ((Map<?, ?>) change).forEach((name, value) -> changed.put((String) name, value));
    return changed;
  }

  /** As much of a JSON reader as the table needs; the JDK has none. */
  static class Json {
    private static final Pattern TOKEN = Pattern.compile("\\s*([\\[\\]{},:]|\"(?:[^\"\\\\]|\\\\.)*+\"|[^\\s\\[\\]{},:\"]+)");
    private static final Pattern ESCAPE = Pattern.compile("\\\\(?:u([0-9a-f]{4})|(.))");
    private final Matcher tokens;

    Json(String text) {
      tokens = TOKEN.matcher(text);
    }

    private String next() {
      if (!tokens.find()) {
        throw new AssertionError("the table ends early");
      }
      return tokens.group(1);
    }

    Object value() {
      return value(next());
    }

    private Object value(String token) {
      switch (token) {
        case "{":
          Map<String, Object> map = new LinkedHashMap<>();
          for (String name = next(); !name.equals("}"); name = next()) {
            if (!name.equals(",")) {
              next(); // the colon
              map.put((String) value(name), value());
            }
          }
          return map;
        case "[":
          List<Object> list = new ArrayList<>();
          for (String item = next(); !item.equals("]"); item = next()) {
            if (!item.equals(",")) {
              list.add(value(item));
            }
          }
          return list;
        case "null":
          return null;
        case "true":
        case "false":
          return Boolean.valueOf(token);
        default:
          return token.startsWith("\"") ? text(token.substring(1, token.length() - 1)) : number(token);
      }
    }

    private static String text(String escaped) {
      return ESCAPE.matcher(escaped).replaceAll(found -> {
        String plain = found.group(1) != null
            ? String.valueOf((char) Integer.parseInt(found.group(1), 16))
            : "nrtbf".contains(found.group(2)) ? "\n\r\t\b\f".substring("nrtbf".indexOf(found.group(2))).substring(0, 1)
            : found.group(2);
        return Matcher.quoteReplacement(plain);
      });
    }

    // As Jackson does: a Long where one fits.
    private static Number number(String digits) {
      if (digits.matches("-?[0-9]{1,18}|-?[0-8][0-9]{18}")) {
        return Long.valueOf(digits);
      }
      return digits.matches("-?[0-9]+") ? new BigDecimal(digits).toBigInteger() : Double.valueOf(digits);
    }
  }
}
