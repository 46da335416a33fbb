//! Settings: values by name.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::connection::Durability;
use super::schema::SETTINGS;
use super::{Store, StoreError, row};

impl Store {
    /// A setting, or `None` when it was never set.
    ///
    /// # Errors
    /// The store cannot be read, or the value is of another shape.
    pub async fn setting<T: DeserializeOwned>(&self, name: &str) -> Result<Option<T>, StoreError> {
        let value = self.read(&[SETTINGS])?.store(SETTINGS)?.get(name.into()).await?;
        value.map(|value| row::from_js("setting", value)).transpose()
    }

    /// Keeps a setting.
    ///
    /// # Errors
    /// The value could not be stored.
    pub async fn put_setting<T: Serialize + ?Sized>(&self, name: &str, value: &T) -> Result<(), StoreError> {
        let change = self.change(&[SETTINGS], Durability::Relaxed)?;
        change.put_at(SETTINGS, &name.into(), &row::to_js("setting", value)?)?;
        change.done().await
    }
}
