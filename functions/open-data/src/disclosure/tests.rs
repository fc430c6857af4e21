use super::*;

mod forgeries;

const APP: &str = "wx4f4bc4dec97d474b";
const OPENID: &str = "oGZUI0egBJY1zhBYw2KhdUfwVJJE";
const UNIONID: &str = "ocMvos6NjeKLIBqg5Mr9QjxrP1FA";
const NOW: i64 = 1_477_314_187;

fn expected(unionid: Option<&str>) -> Expected<'_> {
    Expected { app_id: APP, names: Names { openid: OPENID, unionid }, now: NOW, max_age_seconds: Some(60) }
}

/// The text with a watermark, as WeChat would write it.
fn with_watermark(members: &str) -> String {
    format!(r#"{{{members},"watermark":{{"timestamp":{NOW},"appid":"{APP}"}}}}"#)
}

fn of(members: &str) -> Result<Value, Refused> {
    disclosed(with_watermark(members).as_bytes(), expected(Some(UNIONID)))
}

#[track_caller]
fn goes_out(members: &str) {
    let mut wanted: Value = serde_json::from_str(&format!("{{{members}}}")).unwrap();
    wanted["watermark"] = json!({"timestamp": NOW, "appid": APP});
    assert_eq!(of(members), Ok(wanted));
}

#[track_caller]
fn is_refused(members: &str, refused: Refused) {
    assert_eq!(of(members), Err(refused), "{members}");
}

const THEIRS: &str = r#""openId":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","unionId":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA""#;

#[test]
fn each_documented_kind_goes_out_whole() {
    goes_out(r#""phoneNumber":"+85200000000","purePhoneNumber":"00000000","countryCode":"852""#);
    goes_out(r#""phoneNumber":"13800000000","purePhoneNumber":"13800000000","countryCode":86"#);
    goes_out(r#""stepInfoList":[{"timestamp":1445866601,"step":100},{"timestamp":1445876601,"step":0}]"#);
    goes_out(r#""stepInfoList":[]"#);
    goes_out(r#""openGId":"tGDAc5xAbcdefghijklmnopqrstu""#);
    goes_out(r#""opengid":"tGDA""#);
    goes_out(r#""opengid":"","open_single_roomid":"room@1","group_openid":"g_o-1","chat_type":3"#);
    goes_out(r#""activityId":"966_NGiqxyzW1nAfD3W2bnBhdDVr""#);
}

#[test]
fn user_information_goes_out_without_wechats_names_of_the_user() {
    let profile = json!({"nickName": "微信用户😀", "gender": 1, "language": "zh_CN", "city": "Guangzhou",
        "province": "Guangdong", "country": "CN", "avatarUrl": "https://thirdwx.qlogo.cn/mmopen/vi_32/Q0j/132"});
    let members = profile.to_string();
    let mut wanted = profile;
    wanted["watermark"] = json!({"timestamp": NOW, "appid": APP});
    assert_eq!(of(&format!("{THEIRS},{}", &members[1..members.len() - 1])), Ok(wanted));
    assert_eq!(
        of(&format!(r#"{THEIRS},"city":null,"is_demote":true,"new":7"#))
            .map(|data| data.as_object().map(Map::len)),
        Ok(Some(1)),
        "nothing that is not documented"
    );
}

#[test]
fn user_information_of_anybody_else_is_refused() {
    for names in [
        r#""openId":"oGZUI0egBJY1zhBYw2KhdUfwVJJF","unionId":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA""#,
        r#""openId":"x","unionId":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA""#,
        r#""openId":["oGZUI0egBJY1zhBYw2KhdUfwVJJE"],"unionId":"ocMvos6NjeKLIBqg5Mr9QjxrP1FA""#,
        r#""openId":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","unionId":"ocMvos6NjeKLIBqg5Mr9QjxrP1FB""#,
        r#""openId":"oGZUI0egBJY1zhBYw2KhdUfwVJJE","unionId":null"#,
        r#""openId":"oGZUI0egBJY1zhBYw2KhdUfwVJJE""#,
    ] {
        is_refused(&format!(r#"{names},"nickName":"Band""#), Refused::AnotherUser);
    }
}

#[test]
fn a_union_that_no_login_has_brought_yet_is_not_asked_for_and_does_not_go_out() {
    let of = |members: &str| disclosed(with_watermark(members).as_bytes(), expected(None));
    let theirs = format!(r#"{THEIRS},"nickName":"Band""#);
    assert_eq!(of(&theirs).unwrap()["nickName"], "Band");
    let told = format!(r#"{THEIRS},"nickName":"x{}""#, &UNIONID[9..17]);
    assert_eq!(of(&told), Err(Refused::NamesInside));
    // Moved from a block whose beginning the caller rewrote: nobody knows that it is one.
    let moved = format!(r#""nickName":"abc{}","openId":"{OPENID}""#, &UNIONID[16..]);
    assert_eq!(of(&moved), Err(Refused::NamesInside));
    assert!(of(&format!(r#""nickName":"Band","openId":"{OPENID}""#)).is_ok());
    assert!(of(&format!(r#""openId":"{OPENID}","nickName":"Johnny_Appleseed_2024""#)).is_ok());
}

#[test]
fn a_field_of_another_form_is_refused() {
    let phone = |number: &str, pure: &str, country: &str| {
        format!(r#""phoneNumber":{number},"purePhoneNumber":{pure},"countryCode":{country}"#)
    };
    for members in [
        phone(r#""abcdefgh""#, r#""1""#, r#""86""#),
        phone(r#""1""#, r#""12 34""#, r#""86""#),
        phone(r#""1""#, r#""1""#, r#""CN""#),
        phone(r#""1""#, r#""1""#, "10000"),
        phone("13800000000", r#""1""#, r#""86""#),
        phone(r#""123456789012345678901""#, r#""1""#, r#""86""#),
        phone(r#""""#, r#""1""#, r#""86""#),
        phone(r#""1""#, r#""1""#, "null"),
        r#""phoneNumber":"1""#.to_owned(),
        r#""stepInfoList":"1""#.to_owned(),
        r#""stepInfoList":[{"timestamp":1,"step":"1"}]"#.to_owned(),
        r#""stepInfoList":[{"timestamp":1,"step":-1}]"#.to_owned(),
        r#""stepInfoList":[{"timestamp":1,"step":1.5}]"#.to_owned(),
        r#""stepInfoList":[{"timestamp":4294967296,"step":1}]"#.to_owned(),
        r#""stepInfoList":[{"step":1}]"#.to_owned(),
        r#""stepInfoList":[[1]]"#.to_owned(),
        r#""openGId":"a b""#.to_owned(),
        r#""openGId":"""#.to_owned(),
        r#""openGId":["g"]"#.to_owned(),
        r#""chat_type":3"#.to_owned(),
        r#""opengid":"g","chat_type":1000"#.to_owned(),
        r#""activityId":7"#.to_owned(),
        format!(r#"{THEIRS},"gender":3"#),
        format!(r#"{THEIRS},"gender":"1""#),
        format!(r#"{THEIRS},"language":"zh_CN_and_more""#),
        format!(r#"{THEIRS},"language":"z1""#),
        format!(r#"{THEIRS},"nickName":7"#),
        format!(r#"{THEIRS},"city":{{}}"#),
        format!(r#"{THEIRS},"avatarUrl":"javascript:alert(1)""#),
        format!(r#"{THEIRS},"avatarUrl":"https://a b""#),
    ] {
        is_refused(&members, Refused::WrongForm);
    }
}

#[test]
fn members_of_two_kinds_or_of_none_are_refused() {
    for members in [
        format!(r#"{THEIRS},"openGId":"g""#),
        r#""openGId":"g","nickName":"n""#.to_owned(),
        r#""openGId":"g","activityId":"a""#.to_owned(),
        r#""openGId":"g","stepInfoList":[]"#.to_owned(),
        r#""openGId":"g","unionId":null"#.to_owned(),
    ] {
        is_refused(&members, Refused::WrongForm);
    }
    is_refused(r#""foo":"bar""#, Refused::UnknownKind);
    let only = format!(r#"{{"watermark":{{"timestamp":{NOW},"appid":"{APP}"}}}}"#);
    assert_eq!(disclosed(only.as_bytes(), expected(None)), Err(Refused::UnknownKind));
}

#[test]
fn what_wechat_may_add_stays_here_and_has_no_room_for_a_block() {
    let known = of(r#""openGId":"g""#);
    assert_eq!(of(r#""openGId":"g","new":1,"more":true,"most":null,"short":"fifteen letters""#), known);
    let mine = format!(r#"{THEIRS},"nickName":"Band""#);
    for members in [r#""openGId":"g""#, &mine] {
        for more in
            [r#""new":"sixteen letters!""#, r#""new":"\\u0041""#, r#""new":[1]"#, r#""new":{"more":1}"#]
        {
            is_refused(&format!("{members},{more}"), Refused::WrongForm);
        }
    }
    let marked = format!(r#"{{"openGId":"g","watermark":{{"timestamp":{NOW},"appid":"{APP}","new":"a"}}}}"#);
    assert_eq!(disclosed(marked.as_bytes(), expected(None)), Err(Refused::WrongForm));
}

#[test]
fn no_text_has_room_for_a_moved_block() {
    let free = |length: usize| format!(r#"{THEIRS},"nickName":"{}""#, "n".repeat(length));
    assert!(of(&free(31)).is_ok());
    is_refused(&free(32), Refused::WrongForm);
    is_refused(&format!(r#"{THEIRS},"nickName":"\u0041""#), Refused::WrongForm);
    let group = |length: usize| format!(r#""openGId":"{}""#, "g".repeat(length));
    assert!([1, 15, 28, 128].into_iter().all(|length| of(&group(length)).is_ok()));
    for length in [16, 27, 129] {
        is_refused(&group(length), Refused::WrongForm);
    }
    let unknown = |url: &str| {
        let text = format!(r#""openId":"{OPENID}","nickName":"Band","avatarUrl":"{url}""#);
        disclosed(with_watermark(&text).as_bytes(), expected(None)).map(|_| ())
    };
    assert_eq!(unknown("https://thirdwx.qlogo.cn/mmopen/vi_32/Q0j/132"), Ok(()));
    assert_eq!(unknown("https://thirdwx.qlogo.cn/mmopen/vi_32/Q0jiLBqg5Mr9"), Err(Refused::NamesInside));
}

#[test]
fn a_piece_of_a_name_is_refused_wherever_it_stands() {
    for name in [OPENID, UNIONID] {
        let piece = &name[11..19];
        for members in [
            format!(r#""openGId":"{name}""#),
            format!(r#""openGId":"a{piece}b""#),
            format!(r#""openGId":"g","a{piece}":1"#),
            format!(r#""activityId":"{piece}""#),
            format!(r#"{THEIRS},"nickName":"{piece}""#),
            format!(r#"{THEIRS},"city":"x{piece}""#),
            format!(r#"{THEIRS},"avatarUrl":"https://{piece}""#),
            format!(r#""activityId":"\u00{:02x}{}""#, piece.as_bytes()[0], &piece[1..]),
        ] {
            is_refused(&members, Refused::NamesInside);
        }
    }
}

#[test]
fn typed_kinds_are_read_where_wechat_is_sloppy_and_user_information_is_not() {
    let phone = r#""phoneNumber":"138","purePhoneNumber":"138","countryCode":"86""#;
    let sloppy = |members: &str| {
        [
            format!("\u{feff}{}", with_watermark(members)),
            format!("{}\0", with_watermark(members)),
            format!("{}\0\0\0", with_watermark(members)),
        ]
    };
    for text in sloppy(phone) {
        assert_eq!(disclosed(text.as_bytes(), expected(None)), of(phone), "{text:?}");
    }
    let inside = phone.replace("138", "1\u{1}38\n");
    assert_eq!(of(&inside), of(phone), "and the control characters do not go out");
    for text in sloppy(&format!(r#"{THEIRS},"nickName":"Band""#)) {
        assert_eq!(disclosed(text.as_bytes(), expected(None)), Err(Refused::WrongForm), "{text:?}");
    }
}
