//! How numbers and dates are written. The browser knows it for every language and region (`Intl`, ECMA-402); what is here says
//! what is asked of it.

use super::LocalTime;

/// How one language and region write numbers and dates.
pub trait Formats {
    /// "10,000", "3.4": with at most so many digits behind the point.
    fn number(&self, value: f64, decimals: u8) -> String;

    /// "64 %", given 64.
    fn percentage(&self, percent: u8) -> String;

    /// "24 s", "40 seconds", "3.4 MB".
    fn measure(&self, value: f64, decimals: u8, unit: Unit, width: Width) -> String;

    /// The grammatical number of a count.
    fn plural(&self, count: usize) -> Plural;

    /// A moment.
    fn date(&self, at: &LocalTime, form: DateForm) -> String;

    /// The digit zero; the other nine follow it in Unicode, whatever the script.
    fn zero(&self) -> char;

    /// What stands between a number and its tenths.
    fn point(&self) -> char;
}

/// The plural categories of Unicode. Each language uses some of them, and all have [`Plural::Other`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plural {
    /// Nothing, in Arabic.
    Zero,
    /// One.
    One,
    /// Two, in Arabic.
    Two,
    /// 3 to 10, in Arabic.
    Few,
    /// 11 to 99, in Arabic; millions in Spanish and French.
    Many,
    /// All other counts.
    Other,
}

/// What something is measured in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A byte.
    Byte,
    /// 1000 bytes.
    Kilobyte,
    /// 1000 kilobytes.
    Megabyte,
    /// 1000 megabytes.
    Gigabyte,
    /// 1000 gigabytes.
    Terabyte,
    /// A second.
    Second,
    /// 60 seconds.
    Minute,
    /// 60 minutes.
    Hour,
}

/// How much room a word may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// "24 s", "Fri", "Nov".
    Short,
    /// "24 seconds", "Friday", "November".
    Long,
}

/// Which parts of a moment are said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateForm {
    /// "8:12".
    Clock,
    /// "08:12", always of one length: in titles.
    FullClock,
    /// "Tuesday".
    Weekday,
    /// "Fri 19:05".
    WeekdayAndClock,
    /// "3 Nov".
    ShortDay,
    /// "3 Nov 2024".
    ShortDayOfYear,
    /// "Tuesday 17 November".
    Day,
    /// "Tuesday 17 November 2025".
    DayOfYear,
    /// "Tuesday 17 November, 8:12".
    DayAndClock,
    /// "Tuesday 17 November 2025, 8:12".
    DayOfYearAndClock,
    /// "October".
    Month,
    /// "October 2025".
    MonthOfYear,
}

/// English without the browser.
pub(super) struct PlainEnglish;

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

impl Formats for PlainEnglish {
    fn number(&self, value: f64, decimals: u8) -> String {
        let written = format!("{value:.0$}", usize::from(decimals));
        let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
        let mut grouped = String::with_capacity(written.len() + whole.len() / 3);
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        let fraction = fraction.trim_end_matches('0');
        if fraction.is_empty() { grouped } else { format!("{grouped}.{fraction}") }
    }

    fn percentage(&self, percent: u8) -> String {
        format!("{percent} %")
    }

    fn measure(&self, value: f64, decimals: u8, unit: Unit, width: Width) -> String {
        let number = self.number(value, decimals);
        let unit = match (unit, width) {
            (Unit::Byte, _) => "byte",
            (Unit::Kilobyte, _) => "KB",
            (Unit::Megabyte, _) => "MB",
            (Unit::Gigabyte, _) => "GB",
            (Unit::Terabyte, _) => "TB",
            (Unit::Second, Width::Short) => "s",
            (Unit::Minute, Width::Short) => "min",
            (Unit::Hour, Width::Short) => "h",
            (Unit::Second, Width::Long) => "second",
            (Unit::Minute, Width::Long) => "minute",
            (Unit::Hour, Width::Long) => "hour",
        };
        let ending = if unit.len() > 3 && number != "1" { "s" } else { "" };
        format!("{number} {unit}{ending}")
    }

    fn plural(&self, count: usize) -> Plural {
        if count == 1 { Plural::One } else { Plural::Other }
    }

    fn date(&self, at: &LocalTime, form: DateForm) -> String {
        let (day, year) = (at.day, at.year);
        let weekday = WEEKDAYS[usize::from(at.weekday())];
        let month = MONTHS[usize::from(at.month.clamp(1, 12) - 1)];
        let clock = format!("{}:{:02}", at.hour, at.minute);
        match form {
            DateForm::Clock => clock,
            DateForm::FullClock => format!("{:02}:{:02}", at.hour, at.minute),
            DateForm::Weekday => weekday.to_owned(),
            DateForm::WeekdayAndClock => format!("{} {clock}", &weekday[..3]),
            DateForm::ShortDay => format!("{day} {}", &month[..3]),
            DateForm::ShortDayOfYear => format!("{day} {} {year}", &month[..3]),
            DateForm::Day => format!("{weekday} {day} {month}"),
            DateForm::DayOfYear => format!("{weekday} {day} {month} {year}"),
            DateForm::DayAndClock => format!("{weekday} {day} {month}, {clock}"),
            DateForm::DayOfYearAndClock => format!("{weekday} {day} {month} {year}, {clock}"),
            DateForm::Month => month.to_owned(),
            DateForm::MonthOfYear => format!("{month} {year}"),
        }
    }

    fn zero(&self) -> char {
        '0'
    }

    fn point(&self) -> char {
        '.'
    }
}
