//! Mends one thing that an old wasm-opt breaks.
//!
//! Version 108, which Debian has, writes every exported table as table 0. wasm-bindgen exports the second one, in which
//! JavaScript's values are kept, and the app then stops at its first line. Whatever wasm-opt there is, the export must point to
//! the table that holds such values.

/// The table's name among the exports, as wasm-bindgen gives it.
const VALUES_TABLE: &[u8] = b"__wbindgen_externrefs";
/// How a table of JavaScript's values is written (WebAssembly 2.0, section 5.3.3).
const EXTERNREF: u8 = 0x6f;
const HEADER: &[u8; 8] = b"\0asm\x01\0\0\0";

mod section {
    pub(super) const IMPORT: u8 = 2;
    pub(super) const TABLE: u8 = 4;
    pub(super) const EXPORT: u8 = 7;
}

mod kind {
    pub(super) const FUNCTION: u8 = 0;
    pub(super) const TABLE: u8 = 1;
    pub(super) const MEMORY: u8 = 2;
    pub(super) const GLOBAL: u8 = 3;
}

/// The module with the export pointing to the right table; `None` when it does already, or when this is no module that
/// wasm-bindgen made.
pub(super) fn mended(module: &[u8]) -> Option<Vec<u8>> {
    let mut rest = Reader { bytes: module, at: 0 };
    if rest.take(HEADER.len())? != HEADER {
        return None;
    }
    let mut tables = Vec::new();
    while let Some(id) = rest.byte() {
        let length = rest.number()?;
        let end = rest.at.checked_add(length)?;
        let mut body = Reader { bytes: module.get(..end)?, at: rest.at };
        match id {
            section::IMPORT => tables.extend(imported_tables(&mut body)?),
            section::TABLE => {
                for _ in 0..body.number()? {
                    tables.push(body.table()?);
                }
            }
            section::EXPORT => {
                let right = u8::try_from(tables.iter().position(|element| *element == EXTERNREF)?).ok()?;
                let at = values_table(&mut body)?;
                // Numbers below 128 take one byte, so that nothing moves.
                if module[at] == right || module[at] >= 0x80 || right >= 0x80 {
                    return None;
                }
                let mut mended = module.to_owned();
                mended[at] = right;
                return Some(mended);
            }
            _ => {}
        }
        rest.at = end;
    }
    None
}

/// Where the number of the exported table of JavaScript's values stands.
fn values_table(exports: &mut Reader) -> Option<usize> {
    for _ in 0..exports.number()? {
        let name = exports.name()?;
        let kind = exports.byte()?;
        let at = exports.at;
        exports.number()?;
        if kind == kind::TABLE && name == VALUES_TABLE {
            return Some(at);
        }
    }
    None
}

/// The element types of imported tables, which are counted first.
fn imported_tables(imports: &mut Reader) -> Option<Vec<u8>> {
    let mut tables = Vec::new();
    for _ in 0..imports.number()? {
        imports.name()?;
        imports.name()?;
        match imports.byte()? {
            kind::FUNCTION => drop(imports.number()?),
            kind::TABLE => tables.push(imports.table()?),
            kind::MEMORY => imports.limits()?,
            kind::GLOBAL => drop(imports.take(2)?),
            _ => return None,
        }
    }
    Some(tables)
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|byte| byte[0])
    }

    /// An unsigned LEB128 number of 32 bits.
    fn number(&mut self) -> Option<usize> {
        let mut number = 0;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            number |= usize::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Some(number);
            }
        }
        None
    }

    fn name(&mut self) -> Option<&'a [u8]> {
        let length = self.number()?;
        self.take(length)
    }

    fn limits(&mut self) -> Option<()> {
        let has_maximum = self.byte()? & 1 == 1;
        self.number()?;
        if has_maximum {
            self.number()?;
        }
        Some(())
    }

    fn table(&mut self) -> Option<u8> {
        let element = self.byte()?;
        self.limits()?;
        Some(element)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FUNCREF: u8 = 0x70;

    fn section(id: u8, body: &[u8]) -> Vec<u8> {
        [&[id, body.len() as u8], body].concat()
    }

    /// A module with these tables, which exports the one with this number.
    fn module(tables: &[u8], exported: u8) -> Vec<u8> {
        let mut table = vec![tables.len() as u8];
        for element in tables {
            table.extend([*element, 1, 4, 9]);
        }
        let import = [&[1, 1, b'm', 1, b'f', kind::FUNCTION, 0][..]].concat();
        let export =
            [&[2, 1, b'f', kind::FUNCTION, 0, VALUES_TABLE.len() as u8], VALUES_TABLE, &[kind::TABLE, exported]]
                .concat();
        [&HEADER[..], &section(section::IMPORT, &import), &section(section::TABLE, &table), &section(7, &export)]
            .concat()
    }

    #[test]
    fn the_export_points_to_the_table_of_values() {
        let right = module(&[FUNCREF, EXTERNREF], 1);
        assert_eq!(mended(&module(&[FUNCREF, EXTERNREF], 0)), Some(right.clone()));
        assert_eq!(mended(&right), None, "nothing to mend");
        assert_eq!(mended(&module(&[EXTERNREF, FUNCREF], 0)), None, "nothing to mend");
        assert_eq!(mended(&module(&[FUNCREF], 0)), None, "a build without such a table");
    }

    #[test]
    fn what_is_no_module_is_left_alone() {
        let module = module(&[FUNCREF, EXTERNREF], 0);
        for length in 0..module.len() {
            assert_eq!(mended(&module[..length]), None, "cut off after {length} bytes");
        }
        assert_eq!(mended(b"\0asm\x02\0\0\0"), None);
    }
}
