import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Who is calling: reads what the session authorizer hands on. One file on the standard library, for Java 17 and later; copy it.
 *
 * <p>Strict on purpose: what no session authorizer hands on is nobody's identity, not half of one. {@code openid} and
 * {@code unionid} are WeChat's names of the user: never send them to a client, never log them.
 *
 * @param unionId null when WeChat gave none
 * @param expiresAt when the session ends, unix seconds
 * @param authTime when the session's login was, unix seconds; null when it is not known
 * @param audience the origin of the page in a web-view whose session it is; null for the Mini Program's own
 * @param roles what your backend said of the user, like claims and externalId: docs/accounts.md
 */
public record Identity(
    String userId, String appId, String openId, String unionId, String sessionId, long expiresAt, Long authTime,
    String audience, List<String> roles, Map<String, String> claims, String externalId) {

  private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Pattern NAME = Pattern.compile("[\\x21-\\x7e]{1,48}");
  private static final Pattern ORIGIN = Pattern.compile("[\\x21-\\x7e]{1,512}");
  private static final Pattern EXTERNAL_ID = Pattern.compile("[\\x21-\\x7e]{1,64}");
  private static final Pattern SECONDS = Pattern.compile("[1-9][0-9]{0,14}");
  private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,31}");
  private static final Pattern CLAIM = Pattern.compile("[a-z][a-z0-9_]{0,31}");
  private static final Pattern PRINTABLE = Pattern.compile("[^\\x00-\\x1f\\x7f-\\x9f]*");
  // Names that no claim has: each means something else, here or in tokens.
  private static final Set<String> RESERVED = Set.of(
      "app_id", "aud", "audience", "auth_time", "azp", "client_id", "exp", "expires_at", "external_id", "iat", "iss", "jti", "nbf",
      "openid", "principal_id", "reason", "roles", "scope", "scopes", "session_id", "sub", "unionid", "user_id");
  private static final int MOST_ROLES = 16;
  private static final int MOST_CLAIMS = 20;
  private static final int MOST_CLAIMS_BYTES = 1024;

  /**
   * Reads {@code requestContext.authorizer} of an event. With aws-lambda-java-events that is
   * {@code getRequestContext().getAuthorizer()} of an APIGatewayProxyRequestEvent, and {@code getAuthorizer().getLambda()} of
   * an APIGatewayV2HTTPEvent.
   *
   * @return empty when no session authorizer was asked
   */
  public static Optional<Identity> in(Map<String, ?> authorizer) {
    Object handedOn = authorizer != null && authorizer.containsKey("lambda") ? authorizer.get("lambda") : authorizer;
    try {
      return handedOn instanceof Map<?, ?> fields ? Optional.of(read(fields)) : Optional.empty();
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }

  private static Identity read(Map<?, ?> fields) {
    String authTime = optional(fields, "auth_time", SECONDS);
    return new Identity(
        text(fields.get("user_id"), UUID), text(fields.get("app_id"), NAME), text(fields.get("openid"), NAME),
        optional(fields, "unionid", NAME), text(fields.get("session_id"), UUID),
        Long.parseLong(text(fields.get("expires_at"), SECONDS)), authTime == null ? null : Long.valueOf(authTime),
        optional(fields, "audience", ORIGIN),
        roles(optional(fields, "roles", PRINTABLE)), claims(fields), optional(fields, "external_id", EXTERNAL_ID));
  }

  // One string, in order, a space between two; no roles are no string.
  private static List<String> roles(String text) {
    List<String> roles = text == null ? List.of() : List.of(text.split(" ", -1));
    roles.forEach(role -> text(role, ROLE));
    check(roles.size() <= MOST_ROLES && List.copyOf(new TreeSet<>(roles)).equals(roles));
    return roles;
  }

  // Each claim is a name of its own, claim_<name>, and text.
  private static Map<String, String> claims(Map<?, ?> fields) {
    Map<String, String> claims = new TreeMap<>();
    int bytes = 0;
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      if (field.getKey() instanceof String name && name.startsWith("claim_")) {
        String claim = text(name.substring("claim_".length()), CLAIM);
        String value = text(field.getValue(), PRINTABLE);
        check(!RESERVED.contains(claim));
        claims.put(claim, value);
        bytes += claim.length() + value.getBytes(StandardCharsets.UTF_8).length;
      }
    }
    check(claims.size() <= MOST_CLAIMS && bytes <= MOST_CLAIMS_BYTES);
    return claims;
  }

  // What there need not be. What is null is there.
  private static String optional(Map<?, ?> fields, String name, Pattern form) {
    return fields.containsKey(name) ? text(fields.get(name), form) : null;
  }

  private static String text(Object value, Pattern form) {
    check(value instanceof String text && form.matcher(text).matches());
    return (String) value;
  }

  private static void check(boolean fits) {
    if (!fits) {
      throw new IllegalArgumentException();
    }
  }
}
