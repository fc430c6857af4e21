use std::os::unix::fs::PermissionsExt;

use super::*;

#[test]
fn the_key_ring_is_read_by_its_owner_alone_and_never_replaced() {
    let file = std::env::temp_dir().join(format!("wxsession-{}.keyring.json", std::process::id()));
    write_privately(&file, "first").unwrap();
    let mode = std::fs::metadata(&file).unwrap().permissions().mode();
    let again = write_privately(&file, "second");
    let kept = std::fs::read_to_string(&file);
    std::fs::remove_file(&file).unwrap();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(
        (again.unwrap_err().kind(), kept.unwrap()),
        (std::io::ErrorKind::AlreadyExists, "first".to_owned())
    );
}
