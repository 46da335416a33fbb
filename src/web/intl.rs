//! Numbers and dates as the browser writes them: `Intl` (ECMA-402).

use std::cell::{OnceCell, RefCell};

use js_sys::Intl::{DateTimeFormat, NumberFormat, PluralRules};
use js_sys::{Array, Date, Function, Object, Reflect};
use wasm_bindgen::prelude::*;

use crate::words::{DateForm, Formats, LocalTime, Plural, Unit, Width};

/// The forms of one language and region. Making a formatter takes the browser up to a millisecond, so each is made once, when it is
/// wanted.
pub(crate) struct Intl {
    locales: Array,
    plurals: OnceCell<PluralRules>,
    /// The digit zero of this place, and its decimal point.
    signs: OnceCell<(char, char)>,
    numbers: RefCell<Vec<(NumberKey, Function)>>,
    dates: RefCell<Vec<(DateForm, Function)>>,
}

/// What a number is followed by, and its most decimals.
type NumberKey = (Style, u8);

#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Percent,
    Measure(Unit, Width),
}

impl Intl {
    /// For a BCP 47 tag. One that the browser does not understand is written as the browser writes.
    pub(crate) fn new(tag: &str) -> Self {
        let asked = Array::of1(&tag.into());
        let locales = if Self::understands(&asked) { asked } else { Array::new() };
        Self {
            locales,
            plurals: OnceCell::new(),
            signs: OnceCell::new(),
            numbers: RefCell::default(),
            dates: RefCell::default(),
        }
    }

    /// What "0.1" begins with.
    fn signs(&self) -> (char, char) {
        *self.signs.get_or_init(|| {
            let written = self.number(0.1, 1);
            let mut signs = written.chars();
            (signs.next().unwrap_or('0'), signs.next().unwrap_or('.'))
        })
    }

    /// The constructors throw at a tag that is malformed.
    fn understands(locales: &Array) -> bool {
        let intl = Reflect::get(&js_sys::global(), &"Intl".into()).unwrap_or_default();
        let check =
            Reflect::get(&intl, &"getCanonicalLocales".into()).ok().and_then(|it| it.dyn_into::<Function>().ok());
        check.is_some_and(|check| check.call1(&intl, locales).is_ok())
    }

    fn write_number(&self, value: f64, style: Style, decimals: u8) -> String {
        let key = (style, decimals);
        let known = self.numbers.borrow().iter().find(|(known, _)| *known == key).map(|(_, format)| format.clone());
        let format = known.unwrap_or_else(|| {
            let options = options_of(style);
            set(&options, "maximumFractionDigits", decimals);
            let format = NumberFormat::new(&self.locales, &options).format();
            self.numbers.borrow_mut().push((key, format.clone()));
            format
        });
        written(&format, &value.into())
    }
}

impl Formats for Intl {
    fn number(&self, value: f64, decimals: u8) -> String {
        self.write_number(value, Style::Plain, decimals)
    }

    fn percentage(&self, percent: u8) -> String {
        self.write_number(f64::from(percent) / 100.0, Style::Percent, 0)
    }

    fn measure(&self, value: f64, decimals: u8, unit: Unit, width: Width) -> String {
        self.write_number(value, Style::Measure(unit, width), decimals)
    }

    #[expect(clippy::cast_precision_loss, reason = "the grammar of counts that big is that of any other")]
    fn plural(&self, count: usize) -> Plural {
        let plurals = self.plurals.get_or_init(|| PluralRules::new(&self.locales, &Object::new()));
        let category = String::from(plurals.select(count as f64));
        match category.as_str() {
            "zero" => Plural::Zero,
            "one" => Plural::One,
            "two" => Plural::Two,
            "few" => Plural::Few,
            "many" => Plural::Many,
            _ => Plural::Other,
        }
    }

    fn date(&self, at: &LocalTime, form: DateForm) -> String {
        let known = self.dates.borrow().iter().find(|(known, _)| *known == form).map(|(_, format)| format.clone());
        let format = known.unwrap_or_else(|| {
            let options = parts_of(form);
            // The time is local already.
            set(&options, "timeZone", "UTC");
            let format = DateTimeFormat::new(&self.locales, &options).format();
            self.dates.borrow_mut().push((form, format.clone()));
            format
        });
        written(&format, &utc(at))
    }

    fn zero(&self) -> char {
        self.signs().0
    }

    fn point(&self) -> char {
        self.signs().1
    }
}

/// What the browser makes of it; nothing that is formatted here makes it throw.
fn written(format: &Function, value: &JsValue) -> String {
    format.call1(&JsValue::UNDEFINED, value).ok().and_then(|written| written.as_string()).unwrap_or_default()
}

fn utc(at: &LocalTime) -> JsValue {
    let date = Date::new(&0.0.into());
    // The two-digit years of `Date.UTC` mean another century, those of the setter do not.
    date.set_utc_full_year_with_month_date(at.year.unsigned_abs(), i32::from(at.month) - 1, i32::from(at.day));
    date.set_utc_hours(at.hour.into());
    date.set_utc_minutes(at.minute.into());
    date.into()
}

fn options_of(style: Style) -> Object {
    let options = Object::new();
    match style {
        Style::Plain => {}
        Style::Percent => set(&options, "style", "percent"),
        Style::Measure(unit, width) => {
            set(&options, "style", "unit");
            set(&options, "unit", name_of(unit));
            set(&options, "unitDisplay", if width == Width::Short { "short" } else { "long" });
        }
    }
    options
}

fn name_of(unit: Unit) -> &'static str {
    match unit {
        Unit::Byte => "byte",
        Unit::Kilobyte => "kilobyte",
        Unit::Megabyte => "megabyte",
        Unit::Gigabyte => "gigabyte",
        Unit::Terabyte => "terabyte",
        Unit::Second => "second",
        Unit::Minute => "minute",
        Unit::Hour => "hour",
    }
}

fn parts_of(form: DateForm) -> Object {
    const CLOCK: [(&str, &str); 2] = [("hour", "numeric"), ("minute", "2-digit")];
    const WEEKDAY: (&str, &str) = ("weekday", "long");
    const DAY: (&str, &str) = ("day", "numeric");
    const MONTH: (&str, &str) = ("month", "long");
    const SHORT_MONTH: (&str, &str) = ("month", "short");
    const YEAR: (&str, &str) = ("year", "numeric");
    let [hour, minute] = CLOCK;
    let parts: &[(&str, &str)] = match form {
        DateForm::Clock => &CLOCK,
        DateForm::FullClock => &[("hour", "2-digit"), minute, ("hourCycle", "h23")],
        DateForm::Weekday => &[WEEKDAY],
        DateForm::WeekdayAndClock => &[("weekday", "short"), hour, minute],
        DateForm::ShortDay => &[DAY, SHORT_MONTH],
        DateForm::ShortDayOfYear => &[DAY, SHORT_MONTH, YEAR],
        DateForm::Day => &[WEEKDAY, DAY, MONTH],
        DateForm::DayOfYear => &[WEEKDAY, DAY, MONTH, YEAR],
        DateForm::DayAndClock => &[WEEKDAY, DAY, MONTH, hour, minute],
        DateForm::DayOfYearAndClock => &[WEEKDAY, DAY, MONTH, YEAR, hour, minute],
        DateForm::Month => &[MONTH],
        DateForm::MonthOfYear => &[MONTH, YEAR],
    };
    let options = Object::new();
    for (name, value) in parts {
        set(&options, name, *value);
    }
    options
}

/// Setting a property of a plain object does not fail.
fn set(options: &Object, name: &str, value: impl Into<JsValue>) {
    let _ = Reflect::set(options, &name.into(), &value.into());
}
