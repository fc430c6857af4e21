//! Every sentence, in English and Chinese.

use crate::text::texts;

texts! {
    NO_DEPLOYMENT "no deployment is named" "没有指定部署"
        => "name a stack with --stack, say --local, or give --function" "用 --stack 指定 stack，或用 --local，或用 --function 给出函数";
    NO_FUNCTION "there is no function {function} in this account and Region" "此账号和区域中没有函数 {function}"
        => "check --region and --profile; a stack of an earlier version has no account control: deploy it again" "检查 --region 和 --profile；旧版本的 stack 没有账号管理函数，请重新部署";
    FUNCTION_FAILED "the function failed ({kind}): nothing is known to be changed" "函数运行失败（{kind}），无法确定是否已更改"
        => "its log names the cause; the same command can be given again" "其日志中写有原因；可以重新执行同一命令";
    UNREADABLE "the function's answer cannot be read: it is of another version than this program" "无法读懂函数的响应：它与本程序版本不同"
        => "use the program of the version that is deployed" "请使用与部署版本一致的程序";
    NOT_FOUND "there is no such user, or no such session of theirs" "没有这个用户，或该用户没有这个会话"
        => "check how the user is named" "检查用户的指定方式";
    NO_SESSION "no session on record has this id" "没有找到该 id 的会话"
        => "sessions are gone a day after their end; name the user otherwise" "会话结束一天后即被清除，请用其他方式指定用户";
    CONFLICT "somebody else changed the account at the same time: nothing was changed here" "有人同时更改了该账号，本次没有更改"
        => "look at it again, and decide anew" "请重新查看后再决定";
    INVALID "it cannot be done as asked ({reason})" "无法按要求执行（{reason}）"
        => "docs/accounts.md lists the forms" "各项格式见 docs/accounts.md";
    STORE "the tables did not answer: nothing is known to be changed" "表没有响应，无法确定是否已更改"
        => "give the same command again" "请重新执行同一命令";
    MISCONFIGURED "a table refuses the function: the table, an index of it or a right is missing, and nothing was changed" "数据表拒绝了该函数的请求：缺少表、索引或权限，没有更改"
        => "trying again does not help: `wxsession doctor` looks at tables and indexes, and the function's log names cause and fix" "重试没有用：wxsession doctor 会检查表和索引，函数日志中写有原因和处理办法";
    DAMAGED "the user's record cannot be read: something else writes to the table" "无法读取该用户的记录：有其他程序写入了该表"
        => "the function's log names the attribute; docs/operations.md says how it is mended" "函数日志中写有具体属性，修复方法见 docs/operations.md";
    NO_TERMINAL "nobody can be asked ({kind})" "无法询问（{kind}）"
        => "say --yes to do it unasked" "加 --yes 可不经询问直接执行";
    BAD_TIME "a time is written like 2026-12-31T16:00:00Z, or in unix seconds" "时间应写成 2026-12-31T16:00:00Z 这样的形式或 unix 秒数"
        => "give one of these" "请改用以上形式";
    PAST_UNTIL "--until must be later than now" "--until 必须晚于当前时间"
        => "give a later time" "请给出更晚的时间";
    BAD_CLAIM "a claim is NAME=VALUE" "声明的格式是 名称=值"
        => "give it so" "请按此格式";
    CLAIM_TWICE "a claim has one value" "每个声明只能有一个值"
        => "name it once" "请只写一次";

    LIST_UNREADABLE "the list cannot be read ({kind})" "无法读取该列表（{kind}）"
        => "give a text file with one openid on each line" "请给出每行一个 openid 的文本文件";
    LIST_FORM "line {line} of the list is no openid: nothing was changed" "列表第 {line} 行不是 openid，没有更改"
        => "give one openid on each line, as WeChat gave it" "请每行填写一个 openid，按微信给出的原样";

    TYPE_YES "Type yes:" "输入 yes 确认：";
    UNCHANGED "Nothing was changed." "没有更改。";
    DONE "Done." "已完成。";
    NOTHING_LEFT "There was nothing left to do." "没有需要处理的内容。";
    END_ALL "End every session of user {user}?" "结束用户 {user} 的全部会话？";
    END_ONE "End session {session} of user {user}?" "结束用户 {user} 的会话 {session}？";
    BLOCK "Block user {user}, and end every session?" "封禁用户 {user} 并结束其全部会话？";
    UNBLOCK "Let user {user} log in again?" "解除对用户 {user} 的封禁？";
    SET "Change {what} of user {user} from {before} to {after}?" "把用户 {user} 的{what}从 {before} 改为 {after}？";
    ERASE "Erase the account of user {user} for ever? A block stays." "永久删除用户 {user} 的账号？封禁会保留。";
    ERASE_LISTED "Erase the accounts of {count} users of Mini Program {app} for ever? Blocks stay." "永久删除小程序 {app} 的 {count} 个用户的账号？封禁会保留。";
    LISTED "erased: {erased}; without an account: {none}; newer, left alone: {newer}; failed: {failed}" "已删除：{erased}；没有账号：{none}；注册较晚、未处理：{newer}；失败：{failed}";
    SCANNING "Looking through the whole sessions table for the session." "正在整张会话表中查找该会话。";

    LINE "{name}: {value}" "{name}：{value}";
    USER "user" "用户";
    APP "Mini Program" "小程序";
    CREATED "created" "注册时间";
    LAST_LOGIN "last login" "最近登录";
    BLOCKED "blocked" "封禁";
    BLOCKED_SINCE "since {since}, reason {reason}" "自 {since} 起，原因 {reason}";
    BLOCKED_UNTIL "since {since} until {until}, reason {reason}" "自 {since} 至 {until}，原因 {reason}";
    ROLES "roles" "角色";
    CLAIMS "claims" "声明";
    EXTERNAL_ID "external id" "外部 id";
    VERSION "version" "版本";
    SESSIONS "sessions" "会话数";
    NONE "none" "无";
    GOOD_SESSIONS "good sessions of user {user}: {count}" "用户 {user}：{count} 个有效会话";
    SESSION "{id}  created {created}  seen {seen}  expires {expires}  {device}" "{id}  创建于 {created}  最近使用 {seen}  到期 {expires}  {device}";
    OF_PAGE "  {id}  created {created}  seen {seen}  expires {expires}  page of {audience}" "  {id}  创建于 {created}  最近使用 {seen}  到期 {expires}  网页 {audience}";
    PAGE_ALONE "{id}  created {created}  seen {seen}  expires {expires}  page of {audience}; the session that opened it is over" "{id}  创建于 {created}  最近使用 {seen}  到期 {expires}  网页 {audience}，打开它的会话已结束";
    NEVER "never" "从未";
    NOBODY "no such user: there is no account with this unionid or external id" "没有这个用户：没有账号使用该 unionid 或外部 id"
        => "check the name; the index is about a second behind" "检查名称；索引约有一秒延迟";
    BLOCKED_NOBODY "{user} has no account: a block stands for whoever logs in as this user later" "{user} 没有账号：封禁对以后以该用户登录的人生效"
        => "check how the user is named, if there should be one" "如果应当有账号，请检查用户的指定方式";
    LIST_EMPTY "the list names no user: nothing was changed" "列表中没有任何用户，没有更改"
        => "give one openid on each line" "请每行填写一个 openid";
    FOUND "{user}" "{user}（用户）";
    NO_ACCOUNT "{user} has no account" "{user} 没有账号";
    TRUNCATED "There are more than these." "还有更多未列出。";
}
