//! What a line must not hold: somebody reads it on a terminal.

use std::ops::RangeInclusive;

/// Controls, and what is invisible or makes a line read other than it is: what ends lines, and Unicode's
/// [`Default_Ignorable_Code_Point`](https://www.unicode.org/Public/UCD/latest/ucd/DerivedCoreProperties.txt), without the
/// variation selectors U+FE00 to U+FE0F, which only choose how an emoji looks, and with the marks of annotations.
#[must_use]
pub fn is_unprintable(character: char) -> bool {
    character.is_control() || ODD.iter().any(|range| range.contains(&character))
}

const ODD: [RangeInclusive<char>; 16] = [
    '\u{ad}'..='\u{ad}',
    '\u{34f}'..='\u{34f}',
    '\u{61c}'..='\u{61c}',
    '\u{115f}'..='\u{1160}',
    '\u{17b4}'..='\u{17b5}',
    '\u{180b}'..='\u{180f}',
    '\u{200b}'..='\u{200f}',
    '\u{2028}'..='\u{202e}',
    '\u{2060}'..='\u{206f}',
    '\u{3164}'..='\u{3164}',
    '\u{feff}'..='\u{feff}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{fff0}'..='\u{fffb}',
    '\u{1bca0}'..='\u{1bca3}',
    '\u{1d173}'..='\u{1d17a}',
    '\u{e0000}'..='\u{e0fff}',
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_invisible_or_turns_a_line_is_unprintable() {
        let turning =
            "\u{61c}\u{200e}\u{200f}\u{202a}\u{202b}\u{202c}\u{202d}\u{202e}\u{2066}\u{2067}\u{2068}\u{2069}";
        let ending = "\n\r\u{b}\u{85}\u{2028}\u{2029}";
        let invisible =
            "\u{0}\u{7f}\u{ad}\u{200b}\u{200d}\u{2060}\u{3164}\u{feff}\u{e0001}\u{e0041}\u{e007f}";
        for odd in [turning, ending, invisible].concat().chars() {
            assert!(is_unprintable(odd), "{odd:?}");
        }
    }

    #[test]
    fn what_people_write_is_printable() {
        for text in ["iPhone 15 <Pro>", "机 、。", "naïve", "العربية", "हिन्दी", "\u{2764}\u{fe0f}", "\u{a0}"]
        {
            assert!(!text.chars().any(is_unprintable), "{text}");
        }
    }
}
