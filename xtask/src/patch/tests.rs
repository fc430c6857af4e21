use super::*;

const TEXT: &str = "\
# About the first.
First: one
Second:
  # About a.
  A: 1

  # About b.
  B:
    - x
    - y
Third: |
  not: a key

  # not a comment
Fourth: 4
# The end.
";

#[track_caller]
fn gives(patch: &str, right: &str, wrong: &str) {
    assert!(TEXT.contains(right), "{right}");
    assert_eq!(apply(TEXT, patch).unwrap(), TEXT.replace(right, wrong));
}

#[test]
fn an_empty_patch_changes_nothing() {
    gives("", "4", "4");
    gives("# Only a comment.\n", "4", "4");
}

#[test]
fn a_value_is_replaced_and_keeps_its_comment_unless_the_patch_has_one() {
    gives("First: 1\n", "First: one", "First: 1");
    gives("# A file.\n\n# New.\nFirst: 1\n", "# About the first.\nFirst: one", "# New.\nFirst: 1");
    gives("Second:\n  # New.\n  B: 2\n", "# About b.\n  B:\n    - x\n    - y", "# New.\n  B: 2");
}

#[test]
fn mappings_are_merged_and_lists_and_texts_are_not_looked_into() {
    gives("Second:\n  A: 2\n", "A: 1", "A: 2");
    gives("Second:\n  B:\n    - z\n", "    - x\n    - y", "    - z");
    gives("Third: |\n  another\n", "  not: a key\n\n  # not a comment", "  another");
}

#[test]
fn what_is_new_comes_last_with_its_comment() {
    gives("Second:\n  # About c.\n  C: 3\n", "    - y\n", "    - y\n  # About c.\n  C: 3\n");
}

#[test]
fn what_is_taken_away_goes_with_its_comment_and_leaves_the_empty_line_above_it() {
    gives("First: null\n", "# About the first.\nFirst: one\n", "");
    gives("Second:\n  A: null\n", "  # About a.\n  A: 1\n\n", "\n");
    gives(
        "Second: null\nThird: null\n",
        &TEXT[TEXT.find("Second").unwrap()..TEXT.find("Fourth").unwrap()],
        "",
    );
}

#[test]
fn only_what_is_there_can_be_taken_away() {
    let said = apply(TEXT, "Second:\n  D: null\n").unwrap_err();
    assert_eq!(said, "the patch takes /Second/D away, which is not there");
}
