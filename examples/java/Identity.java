import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
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
 * @param roles what your backend said of the user, like claims and externalId: docs/accounts.md
 */
public record Identity(
    String userId, String appId, String openId, String unionId, String sessionId, long expiresAt, Long authTime,
    List<String> roles, Map<String, String> claims, String externalId) {

  private static final Pattern UUID = Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}");
  private static final Pattern ROLE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._:-]{0,31}");
  private static final Pattern EXTERNAL_ID = Pattern.compile("[\\x21-\\x7e]{1,64}");
  private static final Pattern CLAIM = Pattern.compile("[a-z][a-z0-9_]{0,31}");
  private static final Pattern PRINTABLE = Pattern.compile("[^\\x00-\\x1f\\x7f-\\x9f]*");
  private static final Pattern SECONDS = Pattern.compile("[0-9]{1,15}");
  private static final Pattern ANY = Pattern.compile("(?s).*");

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
    List<String> roles = fields.containsKey("roles") ? List.of(text(fields.get("roles"), ANY).split(" ", -1)) : List.of();
    roles.forEach(role -> text(role, ROLE));
    Map<String, String> claims = new TreeMap<>();
    fields.forEach((key, value) -> {
      if (key instanceof String name && name.startsWith("claim_")) {
        claims.put(text(name.substring("claim_".length()), CLAIM), text(value, PRINTABLE));
      }
    });
    String authTime = seconds(fields.get("auth_time"));
    return new Identity(
        text(fields.get("user_id"), UUID), text(fields.get("app_id"), ANY), text(fields.get("openid"), ANY),
        optional(fields, "unionid", ANY), text(fields.get("session_id"), UUID),
        Long.parseLong(text(seconds(fields.get("expires_at")), SECONDS)), authTime == null ? null : Long.valueOf(authTime),
        roles, claims, optional(fields, "external_id", EXTERNAL_ID));
  }

  private static String optional(Map<?, ?> fields, String name, Pattern form) {
    return fields.containsKey(name) ? text(fields.get(name), form) : null;
  }

  private static String text(Object value, Pattern form) {
    if (value instanceof String text && form.matcher(text).matches()) {
      return text;
    }
    throw new IllegalArgumentException();
  }

  // API Gateway hands every value on as text; a whole number is taken too.
  private static String seconds(Object value) {
    boolean whole = value instanceof Integer || value instanceof Long;
    return (whole || value instanceof String) && SECONDS.matcher(value.toString()).matches() ? value.toString() : null;
  }
}
