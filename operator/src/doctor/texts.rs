//! Every sentence of the report, in English and Chinese: the cause, and below it the fix if there is something to do.

use crate::text::texts;

texts! {
    ENV_FILE_MISSING "--env-file {file}: there is no such file" "--env-file {file}：没有这个文件"
        => "write it: docs/doctor.md has the commands; or name the stack with --stack" "按 docs/doctor.md 中的命令生成，或用 --stack 指定 stack";
    ENV_FILE_UNREADABLE "--env-file {file} cannot be read ({kind})" "无法读取 --env-file {file}（{kind}）"
        => "check its rights" "检查文件权限";
    ENV_FILE_FORM "--env-file {file}: neither JSON objects of variables nor lines of KEY=VALUE" "--env-file {file}：既不是变量的 JSON 对象，也不是每行 KEY=VALUE"
        => "give what the AWS CLI prints of the function's environment" "请使用 AWS CLI 输出的函数环境变量";

    PARAMETERS_OK "all in range; settings that are set: {count}" "已设置 {count} 项参数，均在允许范围内";
    PARAMETERS_NONE "no setting is given" "没有给出任何参数"
        => "name a stack with --stack, say --local, or give the login function's environment with --env-file" "用 --stack 指定 stack，或用 --local，或用 --env-file 提供 login 函数的环境变量";
    PARAMETER_BAD "{place}{name} must be {expected}" "{place}{name} 必须是 {expected}"
        => "change the template's parameter {parameter} and deploy again" "修改模板参数 {parameter} 后重新部署";
    PARAMETER_ADJUSTED "{name} is {set} and does not fit the others: {used} is used" "{name} 为 {set}，与其他参数不匹配，实际使用 {used}"
        => "set the template's parameter {parameter} to what you want to be used" "把模板参数 {parameter} 设为希望使用的值";
    PARAMETER_ABSENT "{name} is not set" "未设置 {name}"
        => "take the whole environment of the login function: the template sets it there" "请提供 login 函数的完整环境变量，模板会在其中设置它";

    AWS_NONE "no table and no secret is named" "没有给出表名或密钥名"
        => "name a stack with --stack, say --local, or give the login function's environment with --env-file" "用 --stack 指定 stack，或用 --local，或用 --env-file 提供 login 函数的环境变量";

    TABLE_OK "{table} is active, with key {keys}" "{table} 状态正常，主键为 {keys}";
    TABLE_MISSING "there is no table {table} in this account and Region" "此账号和区域中没有表 {table}"
        => "check AWS_REGION and {variable}; deploy the template, which creates {resource}" "检查 AWS_REGION 和 {variable}；部署模板会创建 {resource}";
    TABLE_KEYS "{table} has key {found}, and needs {keys}" "{table} 的主键是 {found}，应为 {keys}"
        => "keys cannot be changed: let the template create {resource} anew" "主键无法修改：请让模板重新创建 {resource}";
    TABLE_INDEX "{table} has no index {index} with key {key} that is ready: users are not found by it" "{table} 没有可用的索引 {index}（键为 {key}），无法按它查找用户"
        => "add it, with keys only: aws dynamodb update-table; docs/accounts.md, \"Finding\"" "用 aws dynamodb update-table 添加，只投影键，见 docs/accounts.md 的 Finding 一节";
    TABLE_STATUS "{table} is {status}" "{table} 的状态是 {status}"
        => "wait until it is ACTIVE" "等待其变为 ACTIVE";
    TTL_OK "TTL of {table} looks at {attribute}" "{table} 已开启 TTL，属性为 {attribute}";
    TTL_OFF "TTL of {table} is off: what has expired stays and is paid for" "{table} 未开启 TTL：过期的记录不会被清理，并持续计费"
        => "aws dynamodb update-time-to-live --table-name {table} --time-to-live-specification Enabled=true,AttributeName={wanted}" "aws dynamodb update-time-to-live --table-name {table} --time-to-live-specification Enabled=true,AttributeName={wanted}（开启 TTL）";
    TTL_OTHER "TTL of {table} looks at {attribute}, and must look at {wanted}" "{table} 的 TTL 属性是 {attribute}，应为 {wanted}"
        => "switch it off, wait an hour, and switch it on for {wanted}: AWS takes one change an hour" "先关闭 TTL，一小时后再对 {wanted} 开启（AWS 每小时只允许修改一次）";
    TTL_SETTLING "TTL of {table} is being switched on" "{table} 的 TTL 正在开启"
        => "ask again in an hour" "一小时后再检查";
    BACKUPS_OK "{table} can be restored to any second of the last days" "{table} 已开启按时间点恢复";
    BACKUPS_OFF "{table} has no point-in-time recovery" "{table} 未开启按时间点恢复（PITR）"
        => "switch it on, as the template does" "请开启，模板默认开启";
    BACKUPS_UNKNOWN "backups of {table} cannot be looked at ({kind})" "无法查看 {table} 的备份设置（{kind}）"
        => "allow dynamodb:DescribeContinuousBackups" "允许 dynamodb:DescribeContinuousBackups";
    BACKUPS_LOCAL "this DynamoDB is an emulator: it has no backups of {table} to look at" "此 DynamoDB 是模拟器，没有 {table} 的备份可查";
    PROTECTION_OK "{table} is protected from deletion" "{table} 已开启删除保护";
    PROTECTION_OFF "{table} can be deleted by mistake" "{table} 未开启删除保护，可能被误删"
        => "deploy with TableDeletionProtection=true" "以 TableDeletionProtection=true 部署";

    BUS_OK "the bus {bus} is there" "事件总线 {bus} 存在";
    BUS_MISSING "there is no bus {bus} in this account and Region: nothing is told" "此账号和区域中没有事件总线 {bus}，事件无法发送"
        => "aws events create-event-bus --name {bus}, within a day; or change EventBusName" "一天之内执行 aws events create-event-bus --name {bus}，或修改 EventBusName";
    STREAM_OK "the stream of {table} is read" "正在读取 {table} 的流";
    STREAM_OFF "{table} has no stream with new and old images, so no event of users is told" "{table} 没有包含新旧映像的流，不会发送任何用户事件"
        => "aws dynamodb update-table --table-name {table} --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES, then deploy with its LatestStreamArn as ExistingUsersTableStreamArn" "执行 aws dynamodb update-table --table-name {table} --stream-specification StreamEnabled=true,StreamViewType=NEW_AND_OLD_IMAGES，再以其 LatestStreamArn 作为 ExistingUsersTableStreamArn 部署";
    STREAM_UNNAMED "the stack does not read the stream of {table}: no event of users is told" "堆栈没有读取 {table} 的流，不会发送任何用户事件"
        => "deploy with ExistingUsersTableStreamArn={arn}" "以 ExistingUsersTableStreamArn={arn} 部署";

    APPS_OK "the AppSecrets are readable and well formed; Mini Programs: {count}" "可读取 {count} 个小程序的 AppSecret，格式正确";
    APPS_MALFORMED "the apps secret is not a JSON object of texts" "小程序密钥不是由文本组成的 JSON 对象"
        => "its form is {\"<AppID>\":\"<AppSecret>\", …}" "格式应为 {\"<AppID>\":\"<AppSecret>\", …}";
    APPS_EMPTY "the apps secret names no Mini Program" "小程序密钥中没有任何小程序"
        => "its form is {\"<AppID>\":\"<AppSecret>\", …}" "格式应为 {\"<AppID>\":\"<AppSecret>\", …}";
    APPS_FORM "an entry of the apps secret is not of the documented form ({what})" "小程序密钥中有条目的格式不对（{what}）"
        => "AppID: wx and 16 digits 0-9a-f; AppSecret: 32 digits 0-9a-f; look for swapped halves, spaces and line ends" "AppID 为 wx 加 16 位 0-9a-f，AppSecret 为 32 位 0-9a-f；检查是否写反或混入空格、换行";
    APPS_ENTRY "entries of the apps secret that are not an AppID with an AppSecret: {bad} of {count}" "小程序密钥的 {count} 项中有 {bad} 项不是 AppID 与 AppSecret"
        => "AppID: wx and 16 digits 0-9a-f; AppSecret: 32 digits 0-9a-f; look for swapped halves, spaces and line ends" "AppID 为 wx 加 16 位 0-9a-f，AppSecret 为 32 位 0-9a-f；检查是否写反或混入空格、换行";
    RING_OK "the key ring is readable and well formed" "密钥环可读取，格式正确";
    RING_MALFORMED "the key ring is not of the documented form" "密钥环格式不正确"
        => "its form is {\"current\":\"k1\",\"k1\":\"…\"}: one or two keys of 32 characters or more, names of 1 to 16, current names one of them" "格式应为 {\"current\":\"k1\",\"k1\":\"…\"}：一或两个密钥，每个至少 32 个字符，名称 1 到 16 个字符，current 指向其中之一";
    RING_NOT_NEEDED "nothing is stored: no key ring is needed" "不保存 session_key，不需要密钥环";
    SECRET_MISSING "there is no secret of the name in {variable} in this account and Region" "此账号和区域中没有 {variable} 所指的密钥"
        => "check AWS_REGION and {variable}; deploy the template, which creates it" "检查 AWS_REGION 和 {variable}；部署模板会创建它";
    SECRET_DENIED "the secret in {variable} may not be read ({kind})" "无权读取 {variable} 所指的密钥（{kind}）"
        => "use credentials that allow secretsmanager:GetSecretValue, and kms:Decrypt if it has a key of its own" "换用允许 secretsmanager:GetSecretValue 的凭证；若使用自有 KMS 密钥还需 kms:Decrypt";
    SECRET_DELETED "the secret in {variable} is to be deleted, or has no value" "{variable} 所指的密钥正在等待删除或没有值"
        => "aws secretsmanager restore-secret, then put its value" "先执行 aws secretsmanager restore-secret，再写入值";

    CLOCK_OK "our clock and {whom}'s differ by {seconds} s" "本机时间与 {whom} 相差 {seconds} 秒";
    CLOCK_SKEWED "our clock is {seconds} s {direction} {whom}'s" "本机时间比 {whom} {direction} {seconds} 秒"
        => "set the clock by NTP: AWS refuses signatures that are minutes off, and these checks may mislead" "用 NTP 校准时间：偏差达数分钟时 AWS 会拒绝签名，检查结果也可能失真";
    CLOCK_UNSAID "{whom} gives no time" "{whom} 没有返回时间"
        => "see the other checks of {whom}" "请看 {whom} 的其他检查项";

    WECHAT_ACCEPTED "{app}: WeChat accepts AppID, AppSecret and our address (errcode {errcode} to a made-up code)" "{app}：微信接受 AppID、AppSecret 和本机出口地址（对虚构的 code 返回 {errcode}）";
    WECHAT_YES "{app}: WeChat takes a code that does not exist" "{app}：微信接受了并不存在的 code"
        => "this is not WeChat: check WECHAT_API_BASE_URL" "对方不是微信，检查 WECHAT_API_BASE_URL";
    WECHAT_NONE "no AppID and AppSecret to ask about" "没有可检查的 AppID 和 AppSecret"
        => "set WECHAT_APP_ID and WECHAT_APP_SECRET, or let the apps secret be read with --stack or --env-file" "设置 WECHAT_APP_ID 和 WECHAT_APP_SECRET，或用 --stack、--env-file 读取小程序密钥";
    WECHAT_AFTER "no AppID and AppSecret to ask about: the apps secret cannot be read, or has none that fits; see secrets.apps" "没有可检查的 AppID 和 AppSecret：小程序密钥无法读取，或其中没有符合的条目，见 secrets.apps";
    WECHAT_FORM "WECHAT_APP_ID or WECHAT_APP_SECRET is not of WeChat's form; not sent" "WECHAT_APP_ID 或 WECHAT_APP_SECRET 格式不正确，未发送"
        => "AppID: wx and 16 digits 0-9a-f; AppSecret: 32 digits 0-9a-f" "AppID 为 wx 加 16 位 0-9a-f，AppSecret 为 32 位 0-9a-f";
    WECHAT_MISCONFIGURED "{app}: {cause}{address} (errcode {errcode}{rid})" "{app}：微信拒绝请求，{cause}{address}（errcode {errcode}{rid}）"
        => "{fix}" "{fix}";
    WECHAT_QUOTA "{app}: the quota is spent (errcode {errcode}{rid}); AppID and AppSecret cannot be told" "{app}：调用额度已用尽（errcode {errcode}{rid}），无法判断 AppID 和 AppSecret"
        => "ask again in a minute; if it stays, clear the quota at mp.weixin.qq.com" "一分钟后重试；若仍如此，到 mp.weixin.qq.com 清零额度";
    WECHAT_BUSY "{app}: WeChat is busy (errcode {errcode}{rid})" "{app}：微信系统繁忙（errcode {errcode}{rid}）"
        => "ask again" "稍后重试";
    WECHAT_OTHER "{app}: WeChat answers errcode {errcode}{rid}" "{app}：微信返回 errcode {errcode}{rid}"
        => "look it up: https://developers.weixin.qq.com/doc/oplatform/developers/troubleshooting" "请查询 https://developers.weixin.qq.com/doc/oplatform/developers/troubleshooting";
    WECHAT_UNREACHABLE "{app}: WeChat gives no answer that can be used ({kind})" "{app}：微信没有返回可用的响应（{kind}）"
        => "check outbound network, DNS and WECHAT_API_BASE_URL; a function in a VPC needs a NAT" "检查出站网络、DNS 和 WECHAT_API_BASE_URL；VPC 中的函数需要 NAT";
    TOKEN_OK "{app}: stable_token works; the token is good for {seconds} s more" "{app}：stable_token 可用，令牌还有 {seconds} 秒有效";
    TOKEN_SHAPE "{app}: stable_token answers without a token" "{app}：stable_token 的响应中没有令牌"
        => "check WECHAT_API_BASE_URL" "检查 WECHAT_API_BASE_URL";
    TOKEN_NOT_ASKED "{app}: stable_token not called" "{app}：未调用 stable_token"
        => "--stable-token calls it; that is one call of the day's quota" "加 --stable-token 会调用一次，计入当日额度";
    TOKEN_AFTER "{app}: stable_token needs credentials that are accepted" "{app}：凭证被接受后才能检查 stable_token";

    DOMAIN_NONE "no address of the API is given" "没有给出 API 地址"
        => "name a stack with --stack, say --local, or give --url https://<domain>[/<stage>]" "用 --stack 指定 stack，或用 --local，或用 --url https://<域名>[/<阶段>] 提供";
    DNS_FAILED "{host} cannot be resolved" "无法解析 {host}"
        => "check the name and its DNS record" "检查域名及其 DNS 记录";
    CONNECT_FAILED "{host} does not accept connections on port {port}" "{host} 的 {port} 端口无法连接"
        => "check where the DNS record leads, and firewalls between" "检查 DNS 记录指向和防火墙";
    CONNECT_HERE "{host} does not accept connections on port {port}" "{host} 的 {port} 端口无法连接"
        => "start the service there (cargo run -p local), or check the port" "在该端口启动服务（cargo run -p local），或检查端口";
    TLS_OK "{host} speaks {version} with a valid certificate" "{host} 使用 {version}，证书有效";
    TLS_LOOPBACK "{host} is this machine: plain http will do" "{host} 是本机，可以使用 http";
    TLS_PLAIN "{host} would be called without TLS" "对 {host} 的调用没有使用 TLS"
        => "use https: Mini Programs call nothing else" "使用 https，小程序只能请求 https 地址";
    TLS_OLD "{host} does not speak TLS 1.2 or 1.3" "{host} 不支持 TLS 1.2 或 1.3"
        => "set the domain's security policy to TLS_1_2" "将域名的安全策略设为 TLS_1_2";
    TLS_FAILED "{host} does not complete a TLS handshake" "{host} 的 TLS 握手失败"
        => "check that port and certificate belong to the API" "检查端口和证书是否属于该 API";
    CERT_EXPIRED "{host}: the certificate has expired or is not valid yet" "{host} 的证书已过期或尚未生效"
        => "renew it in ACM, and look at this machine's clock" "在 ACM 中更新证书，并检查本机时间";
    CERT_NAME "{host}: the certificate is for another name" "{host} 的证书属于其他域名"
        => "give the domain a certificate that names it" "为该域名配置匹配的证书";
    CERT_UNTRUSTED "{host}: the certificate is not signed by a public authority, or its chain is incomplete" "{host} 的证书不是公共机构签发，或证书链不完整"
        => "use a certificate of ACM" "使用 ACM 证书";
    PUSH_URL_OK "{app}: WeChat's check of the URL would be answered" "{app}：微信对 URL 的校验会通过";
    PUSH_SEALED_OK "{app}: a sealed message is taken, and a try like this one is stored nowhere" "{app}：安全模式的消息能正常接收（这类测试消息不会保存）";
    PUSH_SEALED_REFUSED "{app}: a sealed message is refused (status {status}, code {code})" "{app}：安全模式的消息被拒绝（状态 {status}，code {code}）"
        => "when push.url is ok it is EncodingAESKey, else Token: compare them with those that are deployed" "push.url 通过时是 EncodingAESKey 不一致，否则是 Token 不一致：请与已部署的核对";
    PUSH_PLAIN_OK "{app}: a message that is not sealed is refused as it should be" "{app}：明文消息会被拒绝";
    PUSH_PLAIN_TAKEN "{app}: a message that is not sealed is taken: allow_plain is on" "{app}：明文消息被接收：allow_plain 处于打开状态"
        => "choose mode secure at mp.weixin.qq.com and take allow_plain out of the apps secret: nothing signs what stands in such a message" "请在 mp.weixin.qq.com 选择安全模式，并从小程序密钥中去掉 allow_plain：明文消息的内容没有签名保护";
    PUSH_FORGED_OK "{app}: a forged message is refused as it should be" "{app}：伪造的消息会被拒绝";
    PUSH_FORGED_TAKEN "{app}: a forged message is taken" "{app}：伪造的消息被接收了"
        => "this is a defect of the function push: report it" "这是函数 push 的缺陷，请反馈";
    PUSH_KEY "{app}: EncodingAESKey is no key" "{app}：EncodingAESKey 格式不对"
        => "copy its 43 characters from mp.weixin.qq.com" "请从 mp.weixin.qq.com 复制完整的 43 个字符";
    PUSH_OFF "{app}: message push is off there (status {status}, code {code})" "{app}：该地址未启用消息推送（状态 {status}，code {code}）"
        => "put Token and EncodingAESKey into its entry of the apps secret: docs/push.md" "在应用密钥的条目中写入 Token 和 EncodingAESKey，见 docs/push.md";
    PUSH_NO_ROUTE "{app}: there is no route for message push (status {status}, code {code})" "{app}：没有消息推送的路由（状态 {status}，code {code}）"
        => "deploy this version" "请部署当前版本";
    PUSH_TOKEN "{app}: the signature is refused (status {status}, code {code})" "{app}：签名被拒绝（状态 {status}，code {code}）"
        => "compare Token and EncodingAESKey with those that are deployed; a changed secret is read within five minutes" "请与已部署的 Token 和 EncodingAESKey 核对；密钥更改后五分钟内生效";
    PUSH_STORE "{app}: a table or a secret cannot be reached (status {status}, code {code})" "{app}：无法访问数据表或密钥（状态 {status}，code {code}）"
        => "the log line of the function push names cause and fix" "函数 push 的日志中写有原因和处理办法";
    PUSH_OTHER "{app}: unexpected (status {status}, code {code})" "{app}：响应不符合预期（状态 {status}，code {code}）"
        => "check the address: what answers may be another service" "请检查地址，响应的可能是其他服务";
    ANSWER_NONE "no answer ({kind})" "没有响应（{kind}）"
        => "look at the API's logs and the function's timeout" "查看 API 日志和函数超时设置";
    ANSWER_NOT_FOUND "there is no such route (status {status}, code {code})" "没有该路由（状态 {status}，code {code}）"
        => "add the stage to --url, or the mapping to the domain" "在 --url 中加上阶段名，或为域名配置映射";
    ANSWER_LIMITED "the API is throttled (status {status}, code {code})" "API 正在限流（状态 {status}，code {code}）"
        => "ask again; raise RateLimit if it stays" "稍后重试；若持续，提高 RateLimit";
    ANSWER_FOREIGN "this is not the answer of the login backend (status {status}, code {code})" "这不是登录后端的响应（状态 {status}，code {code}）"
        => "check where --url leads, and the function's log" "检查 --url 指向何处，并查看函数日志";
    LOGIN_OK "POST /login asks WeChat, which refuses the made-up code ({code})" "POST /login 已请求微信，虚构的 code 被拒绝（{code}）";
    LOGIN_APP "POST /login does not know which Mini Program is meant ({code})" "POST /login 无法确定是哪个小程序（{code}）"
        => "name one that the deployment serves with --app-id" "用 --app-id 指定该部署所服务的小程序";
    LOGIN_OPERATOR "POST /login is misconfigured ({code}): nobody can log in" "POST /login 配置有误（{code}），所有人都无法登录"
        => "the login function's log line names cause and fix: AppSecret, IP allow list or a secret" "login 函数的日志中写有原因和处理方法：AppSecret、IP 白名单或密钥";
    LOGIN_UPSTREAM "POST /login cannot reach WeChat ({code})" "POST /login 无法访问微信（{code}）"
        => "check WECHAT_API_BASE_URL; a function in a VPC needs a NAT" "检查 WECHAT_API_BASE_URL；VPC 中的函数需要 NAT";
    LOGIN_STORE "POST /login cannot read its secrets or tables ({code})" "POST /login 无法读取密钥或表（{code}）"
        => "check tables and secrets with --env-file, and the function's role" "用 --env-file 检查表和密钥，并检查函数角色";
    AUTHORIZER_OK "the authorizer knows no session of a made-up token, and says so" "授权函数正确拒绝了虚构的令牌";
    AUTHORIZER_STORE "the authorizer cannot read its tables (status {status}, code {code}): nobody passes" "授权函数无法读取表（状态 {status}，code {code}），所有请求都无法通过"
        => "give its role dynamodb:BatchGetItem on both tables; its log line names the cause" "授予其角色对两张表的 dynamodb:BatchGetItem 权限；其日志中写有原因";
    AUTHORIZER_EXPRESSION "API Gateway turns a well-formed token away before it asks the authorizer" "API Gateway 在询问授权函数之前就拒绝了格式正确的令牌"
        => "deploy the template's identity expression again" "重新部署模板中的令牌格式表达式";
    AUTHORIZER_OPEN "a made-up token passes (status {status})" "虚构的令牌通过了授权（状态 {status}）"
        => "GET /sessions has no authorizer: deploy the template again, and look at who changed the API" "GET /sessions 没有授权函数：请重新部署模板，并查明是谁改动了 API";
    SESSION_OK "GET /session without a token is refused as it should be" "不带令牌的 GET /session 按预期被拒绝";
}

/// What [`wxsession_wechat::api::meaning_of`] says of our own mistakes, in Chinese: cause and fix.
pub(super) fn meaning_in_chinese(errcode: i64) -> Option<(&'static str, &'static str)> {
    Some(match errcode {
        40013 => ("微信不认识该 AppID", "与 mp.weixin.qq.com 中的 AppID 核对小程序密钥"),
        40125 => (
            "微信不接受该 AppSecret",
            "把 mp.weixin.qq.com（开发管理 → 开发设置）中当前的 AppSecret 写入小程序密钥，几分钟内生效",
        ),
        40243 => ("AppSecret 已被冻结", "在 mp.weixin.qq.com 解冻，或重置后更新小程序密钥"),
        40164 | 45035 | 61004 => (
            "小程序开启了 IP 白名单，而出口地址不在其中",
            "在 mp.weixin.qq.com 把该地址加入白名单或关闭白名单；Lambda 需要带固定地址的 NAT",
        ),
        48001 | 50001 | 50004 | 61003 | 61007 | 61016 => {
            ("账号无权使用该接口", "在 mp.weixin.qq.com 检查账号类型、认证状态和权限")
        }
        48004 => ("该账号因违规被封禁此接口", "查看 mp.weixin.qq.com 上的通知"),
        50002 | 50007 => (
            "账号受限或已被冻结",
            "查看 mp.weixin.qq.com 上的通知；单个用户的微信账号被注销时也可能返回 50002",
        ),
        40066 | 43003 | 48017 => (
            "所调用的地址不由微信提供服务",
            "检查 WECHAT_API_BASE_URL：须为 https 和微信自己的域名；不要把 api.weixin.qq.com 固定到某个 IP",
        ),
        40230..=40240 => (
            "账号要求加密并签名的调用（API 安全），而本后端不支持",
            "在 mp.weixin.qq.com 关闭该小程序的 API 安全",
        ),
        89501 | 89503 | 89506 | 89507 => {
            ("需要管理员确认该出口地址", "请账号管理员在微信中确认；被拒绝的地址须等待一小时或一天")
        }
        40002 | 40003 | 40033 | 40035 | 40038 | 40039 | 40097 | 41001 | 41002 | 41004 | 41009 | 41018
        | 41021 | 43001 | 43002 | 44002 | 45002 | 47001 | 47003 | 61014 | 87008 => {
            ("微信认为请求参数缺失或无效", "这是登录后端的缺陷，请反馈")
        }
        _ => return None,
    })
}

/// The ranges of [`wxsession::config`] in Chinese.
pub(super) fn expected_in_chinese(expected: &str) -> String {
    let from_to = expected.strip_prefix("a whole number from ").and_then(|range| range.split_once(" to "));
    if let Some(range) = expected.strip_prefix("0, or ") {
        return format!("0，或 {}", expected_in_chinese(range));
    }
    match (expected, from_to) {
        (_, Some((from, to))) => format!("{from} 到 {to} 之间的整数"),
        (text, _) if text.starts_with("1 to 256 characters") => {
            "1 到 256 个字符，可用 A-Z a-z 0-9 . _ -，或留空".to_owned()
        }
        (text, _) if text.starts_with("1 to 64 characters") => {
            "1 到 64 个字符，可用 A-Z a-z 0-9 . _ -".to_owned()
        }
        (text, _) if text.starts_with("an https URL") => {
            "不带路径和查询的 https 地址（回环地址可用 http）".to_owned()
        }
        (text, _) if text.starts_with("empty, or an https origin") => {
            "留空，或全小写、不带路径的 https 源（回环地址可用 http）".to_owned()
        }
        // Words to choose from.
        (text, _) => text.replace(", ", "、").replace(" or ", " 或 "),
    }
}

#[cfg(test)]
mod tests;
