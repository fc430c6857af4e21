//! `POST /open-data/decrypt` of data that the caller changed: the cipher has no integrity, and the `iv` and the order
//! of the blocks are the caller's.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use wechat_simulator::{NewCode, encrypt};

use crate::support::{APP, START, User, World, is_problem};

const ROUTE: &str = "/open-data/decrypt";
const KEY: &str = "tiihtNczf5v6AKRyjwEUhQ==";
const IV: &str = "r7BXXKkLb8qrSNn05n0qiA==";
const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
const UNIONID: &str = "ocMvos6NjeKLIBqg5Mr9QjxrP1FA";

/// The text of WeChat's published sample, with this app's watermark.
fn sample() -> String {
    format!(
        r#"{{"openId":"{OPENID}","nickName":"Band","gender":1,"language":"zh_CN","city":"Guangzhou","province":"Guangdong","country":"CN","avatarUrl":"http://wx.qlogo.cn/mmopen/vi_32/aSKcBBPpibyKNicHNTMM0qJVh8Kjgiak2AHWr8MHM4WgMEm7GFhsf8OYrySdbvAMvTsw3mo8ibKicsnfN5pRjl1p8HQ/0","unionId":"{UNIONID}","watermark":{{"timestamp":{START},"appid":"{APP}"}}}}"#
    )
}

/// The sample's user, logged in with or without a union.
async fn user(world: &World, unionid: Option<&str>) -> User {
    world.simulator.set_session_key(APP, OPENID, KEY);
    let code = world.simulator.mint(NewCode {
        app_id: APP.to_owned(),
        openid: Some(OPENID.to_owned()),
        unionid: unionid.map(str::to_owned),
        ..NewCode::default()
    });
    world.trade(APP, &code.code, code.openid).await
}

/// The text from the block `place` on, made to begin with `beginning`: what that takes is the blocks and what one knows
/// of their text.
fn from_block(text: &str, place: usize, beginning: &str) -> Value {
    let ciphertext = STANDARD.decode(encrypt(KEY, IV, text)).expect("base64");
    let blocks = [STANDARD.decode(IV).expect("base64"), ciphertext].concat();
    let mut iv = blocks[place * 16..(place + 1) * 16].to_vec();
    for ((byte, said), wanted) in iv.iter_mut().zip(&text.as_bytes()[place * 16..]).zip(beginning.as_bytes())
    {
        *byte ^= said ^ wanted;
    }
    let rest = &blocks[(place + 1) * 16..];
    json!({"encrypted_data": STANDARD.encode(rest), "iv": STANDARD.encode(iv)})
}

fn tells(world: &World) -> Option<String> {
    let answers = world.answers();
    let answer = answers.last().expect("an answer");
    let pieces =
        [OPENID, UNIONID].into_iter().flat_map(|name| (0..=20).map(move |from| &name[from..from + 8]));
    pieces.into_iter().find(|piece| answer.contains(*piece)).map(str::to_owned)
}

#[tokio::test]
async fn wechats_published_sample_goes_out_without_the_users_names() {
    let world = World::start().await;
    for unionid in [Some(UNIONID), None] {
        let user = user(&world, unionid).await;
        let (status, answer) = world.post(&user, ROUTE, &from_block(&sample(), 0, "")).await;
        let mut wanted: Value = serde_json::from_str(&sample()).unwrap();
        wanted.as_object_mut().unwrap().retain(|name, _| !matches!(name.as_str(), "openId" | "unionId"));
        assert_eq!((status, answer), (200, json!({"data": wanted})));
        assert_eq!(tells(&world), None);
    }
}

#[tokio::test]
async fn no_flipped_byte_of_the_iv_brings_the_openid_out() {
    let world = World::start().await;
    for unionid in [Some(UNIONID), None] {
        let user = user(&world, unionid).await;
        for place in 0..16 {
            let mut changed = sample().as_bytes()[..16].to_vec();
            changed[place] ^= 1;
            let asked = from_block(&sample(), 0, std::str::from_utf8(&changed).unwrap());
            let answer = world.post(&user, ROUTE, &asked).await;
            is_problem(&answer, 409, "session_key_stale");
            assert_eq!(tells(&world), None);
        }
    }
}

#[tokio::test]
async fn no_number_of_dropped_blocks_brings_the_unionid_out() {
    let world = World::start().await;
    let user = user(&world, Some(UNIONID)).await;
    let text = sample();
    for place in 1..text.len() / 16 {
        for beginning in
            [r#"{"nickName":""#, r#"{"city":""#, r#"{"openGId":""#, r#"{"activityId":""#, r#"{"a":""#, "{\""]
        {
            for spaces in 0..4 {
                let beginning = format!("{}{beginning}", " ".repeat(spaces));
                world.post(&user, ROUTE, &from_block(&text, place, &beginning)).await;
                assert_eq!(tells(&world), None, "{}", world.answers().pop().unwrap());
            }
        }
    }
}

#[tokio::test]
async fn another_users_information_is_refused_though_the_key_fits() {
    let world = World::start().await;
    let user = user(&world, Some(UNIONID)).await;
    let other = sample().replace(OPENID, "oGZUI0egBJY1zhBYw2KhdUfwVJJF");
    is_problem(&world.post(&user, ROUTE, &from_block(&other, 0, "")).await, 409, "session_key_stale");
    assert_eq!(world.line()["reason"], "another_user");
}

#[tokio::test]
async fn what_wechat_writes_sloppily_is_read_where_it_has_digits_only() {
    let world = World::start().await;
    let user = user(&world, None).await;
    let phone = format!(
        r#"{{"phoneNumber":"13800000000","purePhoneNumber":"13800000000","countryCode":"86","watermark":{{"timestamp":{START},"appid":"{APP}"}}}}"#
    );
    let wanted: Value = serde_json::from_str(&phone).unwrap();
    for text in [
        phone.clone(),
        format!("\u{feff}{phone}"),
        format!("{phone}\0"),
        format!("{phone}\0\0"),
        phone.replace(r#""86""#, "\"86\u{7}\""),
        phone.replace(r#""watermark""#, "\"note\":\"a\tb\nc\",\"watermark\""),
    ] {
        let asked = json!({"encrypted_data": encrypt(KEY, IV, &text), "iv": IV});
        assert_eq!(world.post(&user, ROUTE, &asked).await, (200, json!({"data": wanted})), "{text:?}");
    }
    for text in
        [format!("\u{feff}{}", sample()), format!("{}\0", sample()), sample().replace("Band", "Ba\tnd")]
    {
        let asked = json!({"encrypted_data": encrypt(KEY, IV, &text), "iv": IV});
        is_problem(&world.post(&user, ROUTE, &asked).await, 409, "session_key_stale");
    }
}
