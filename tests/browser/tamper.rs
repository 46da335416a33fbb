//! A browser that does what real ones do on bad days.

use wasm_bindgen::JsValue;

/// Undoes a change of the browser when dropped.
pub(crate) struct Tampered(js_sys::Function);

impl Drop for Tampered {
    fn drop(&mut self) {
        self.0.call0(&JsValue::UNDEFINED).expect("the browser is put right again");
    }
}

/// Replaces `object.method` by `replacement`, the source of a function that gets `original`.
pub(crate) fn replace(object: &str, method: &str, replacement: &str) -> Tampered {
    let source = format!(
        "(() => {{
            const object = {object}, own = Object.getOwnPropertyDescriptor(object, '{method}');
            const original = object.{method};
            Object.defineProperty(object, '{method}', {{ configurable: true, writable: true, value: {replacement} }});
            return () => {{ delete object.{method}; if (own) Object.defineProperty(object, '{method}', own); }};
        }})()"
    );
    Tampered(js_sys::eval(&source).expect("valid JavaScript").into())
}

/// Lets one kind of request on one object store fail with a DOMException of this name.
pub(crate) fn fail_requests(store: &str, method: &str, error: &str) -> Tampered {
    replace(
        "IDBObjectStore.prototype",
        method,
        &format!(
            "function (...given) {{
                if (this.name === '{store}') throw new DOMException('on purpose', '{error}');
                return original.apply(this, given);
            }}"
        ),
    )
}
