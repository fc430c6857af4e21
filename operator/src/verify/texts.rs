//! Every sentence of the report, in English and Chinese.

use crate::text::texts;

texts! {
    NOT_NAMED "no service is named" "没有指定服务"
        => "name a stack with --stack, say --local, or give --url https://<domain>[/<stage>]" "用 --stack 指定 stack，或用 --local，或用 --url https://<域名>[/<阶段>] 提供";
    NO_SIMULATOR "no WeChat simulator answers at {url} ({kind})" "{url} 上没有微信模拟器响应（{kind}）"
        => "check --wechat-url; docs/wechat-simulator.md says how to start one" "检查 --wechat-url；启动方法见 docs/wechat-simulator.md";
    NOT_SIMULATOR "what answers at {url} is not the WeChat simulator" "{url} 上响应的不是微信模拟器"
        => "say where it is with --wechat-url" "用 --wechat-url 指定它的地址";
    TITLE "wxsession {version}: conversations with a deployed login backend" "wxsession {version}：与已部署登录后端的对话";
    SERVICE "Service" "服务";
    STACK "Stack" "Stack 名称";
    GATEWAY "API Gateway" "网关类型";
    WECHAT "WeChat" "微信";
    SIMULATED "simulator" "模拟器";
    REAL "real" "真实微信";
    WHEN "When" "时间";
    CONVERSATION "Conversation" "对话";
    OUTCOME "Outcome" "结果";
    NEEDS_SIMULATOR "skipped: needs --wechat-url" "跳过：需要 --wechat-url";
    NEEDS_CODE "skipped: needs --code" "跳过：需要 --code";
    SUM "{ok} ok, {failed} failed, {skipped} skipped" "{ok} 项通过，{failed} 项失败，{skipped} 项跳过";
    FAILURES "What failed" "失败详情";
}
