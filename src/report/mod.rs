//! Released rows in, documents out.

/// One finished file of a document.
pub(crate) struct Rendered {
    name: String,
    bytes: Vec<u8>,
}

impl Rendered {
    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
