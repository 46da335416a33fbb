//! A moment as the clock on the wall shows it. The time zone is the browser's business.

use super::formats::DateForm;
use super::{formats, words};

/// The parts of a local date and time, as the browser's `Date` gives them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LocalTime {
    /// The year.
    pub year: i32,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
}

impl LocalTime {
    /// Days since 1 January 1970 of the local calendar: what lists are grouped by.
    pub fn day_number(&self) -> i64 {
        // Years begin in March, so that the leap day is the last one; eras are 400 years, after which the calendar repeats.
        let month = i64::from(self.month.clamp(1, 12));
        let year = i64::from(self.year) - i64::from(month <= 2);
        let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + i64::from(self.day) - 1;
        let year_of_era = year.rem_euclid(400);
        let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
        year.div_euclid(400) * 146_097 + day_of_era - 719_468
    }

    /// 0 Monday to 6 Sunday.
    pub fn weekday(&self) -> u8 {
        // 1 January 1970 was a Thursday.
        u8::try_from((self.day_number() + 3).rem_euclid(7)).unwrap_or(0)
    }

    /// "Tuesday 17 November, 8:12", with the year unless it is that of `today`.
    pub fn in_full(&self, today: &Self) -> String {
        let form = if self.year == today.year { DateForm::DayAndClock } else { DateForm::DayOfYearAndClock };
        self.written(form)
    }

    /// "Tuesday 17 November", with the year unless it is that of `today`.
    pub fn day_in_full(&self, today: &Self) -> String {
        self.written(if self.year == today.year { DateForm::Day } else { DateForm::DayOfYear })
    }

    /// As short as a list allows: "8:12", "Yesterday 16:40", "Fri 19:05", "3 Nov", "3 Nov 2024".
    pub fn in_short(&self, today: &Self) -> String {
        match today.day_number() - self.day_number() {
            0 => self.written(DateForm::Clock),
            1 => words().common.yesterday_at.with([&self.written(DateForm::Clock)]),
            2..=13 => self.written(DateForm::WeekdayAndClock),
            _ if self.year == today.year => self.written(DateForm::ShortDay),
            _ => self.written(DateForm::ShortDayOfYear),
        }
    }

    /// The parts that `form` wants, as the language that is spoken writes them.
    pub fn written(&self, form: DateForm) -> String {
        formats().date(self, form)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(year: i32, month: u8, day: u8, hour: u8, minute: u8) -> LocalTime {
        LocalTime { year, month, day, hour, minute }
    }

    #[test]
    fn day_numbers_follow_the_calendar() {
        let known = [((1970, 1, 1), 0), ((1969, 12, 31), -1), ((2000, 2, 29), 11_016), ((2026, 11, 17), 20_774)];
        for ((year, month, day), number) in known {
            assert_eq!(at(year, month, day, 0, 0).day_number(), number, "{year}-{month}-{day}");
        }
        assert_eq!(at(2100, 3, 1, 0, 0).day_number() - at(2100, 2, 28, 0, 0).day_number(), 1, "2100 has no leap day");
        assert_eq!(at(2026, 11, 17, 0, 0).weekday(), 1, "a Tuesday");
        assert_eq!(at(1969, 12, 28, 0, 0).weekday(), 6, "a Sunday");
    }

    #[test]
    fn dates_read_as_people_say_them() {
        let today = at(2026, 11, 17, 9, 0);
        assert_eq!(at(2026, 11, 17, 8, 12).in_full(&today), "Tuesday 17 November, 8:12");
        assert_eq!(at(2025, 11, 17, 8, 5).in_full(&today), "Monday 17 November 2025, 8:05");
        assert_eq!(at(2026, 11, 17, 8, 12).in_short(&today), "8:12");
        assert_eq!(at(2026, 11, 16, 16, 40).in_short(&today), "Yesterday 16:40");
        assert_eq!(at(2026, 11, 13, 19, 5).in_short(&today), "Fri 19:05");
        assert_eq!(at(2026, 11, 3, 19, 5).in_short(&today), "3 Nov");
        assert_eq!(at(2026, 11, 18, 19, 5).in_short(&today), "18 Nov", "a clock that went back shows the date");
        assert_eq!(at(2024, 11, 3, 19, 5).in_short(&today), "3 Nov 2024");
    }
}
