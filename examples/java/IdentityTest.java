import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** javac -d /tmp/identity *.java && java -cp /tmp/identity IdentityTest. Without a JSON reader, so the table is in code here. */
public class IdentityTest {
  static final Map<String, Object> BASE = Map.of(
      "user_id", "12bbf084-f063-861b-9b20-51bba2f93072", "app_id", "wx0123456789abcdef", "openid", "oTEST",
      "session_id", "019aa9c3-7c00-7000-8000-000000000001", "expires_at", "4102444800");

  static void check(boolean holds, Object what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }

  static Map<String, Object> with(String name, Object value) {
    Map<String, Object> changed = new HashMap<>(BASE);
    changed.put(name, value);
    return changed;
  }

  static void refuses(String name, Object... values) {
    for (Object value : values) {
      check(Identity.in(with(name, value)).isEmpty(), name + " " + value);
    }
  }

  public static void main(String[] arguments) {
    Identity bare = Identity.in(BASE).orElseThrow();
    check(bare.expiresAt() == 4102444800L && bare.roles().isEmpty() && bare.authTime() == null, bare);
    check(Identity.in(Map.of("lambda", BASE)).equals(Optional.of(bare)), "under lambda");
    check(Identity.in(with("expires_at", 4102444800L)).equals(Optional.of(bare)), "a number");
    Map<String, Object> full = with("roles", "editor staff");
    full.putAll(Map.of("claim_tier", "gold", "external_id", "crm:4711", "unionid", "oUNION", "auth_time", "1795240000"));
    Identity known = Identity.in(full).orElseThrow();
    check(known.roles().equals(List.of("editor", "staff")) && known.claims().equals(Map.of("tier", "gold")), known);
    check(known.externalId().equals("crm:4711") && known.unionId().equals("oUNION") && known.authTime() == 1795240000L, known);
    for (String name : BASE.keySet()) {
      Map<String, Object> without = new HashMap<>(BASE);
      without.remove(name);
      check(Identity.in(without).isEmpty(), "no " + name);
      refuses(name, null, 7.5, List.of("x"));
    }
    refuses("user_id", "12BBF084-F063-861B-9B20-51BBA2F93072", "12bbf084-f063-861b-9b20-51bba2f93072\n", "");
    refuses("expires_at", "", "soon", "1.5", "1e9", "²", "-1", "+1", -1, true, "9".repeat(30));
    refuses("roles", "", " ", "staff,editor", "a  b", " a", "a ", "a\n", 7, null, List.of("staff"));
    refuses("external_id", "", "a b", "研", "a\n", "e".repeat(65), 7);
    refuses("claim_tier", 3, null, "a\nb", "a\u0085");
    refuses("claim_", "x");
    refuses("claim_Tier", "x");
    refuses("lambda", null, "x");
    check(Identity.in(null).isEmpty() && Identity.in(Collections.emptyMap()).isEmpty(), "nothing");
    System.out.println("ok");
  }
}
