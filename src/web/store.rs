//! The device: one object store in IndexedDB, keys to bytes.
//!
//! Nothing is created until something may be kept: opening to look leaves no trace where there was none. Where the
//! device refuses (private mode, a full disk, a sandboxed frame), every method fails and the page goes on in memory.

use core::cell::RefCell;

use js_sys::{Array, Promise, Reflect, Uint8Array};
use wasm_bindgen::closure::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    IdbDatabase, IdbFactory, IdbKeyRange, IdbObjectStore, IdbOpenDbRequest, IdbRequest,
    IdbTransaction, IdbTransactionMode,
};

use crate::engine::Effect;

type Result<T> = core::result::Result<T, JsValue>;

const TABLE: &str = "rows";

/// What the device holds, or will hold.
pub struct Store {
    name: String,
    database: RefCell<Option<IdbDatabase>>,
}

fn factory() -> Result<IdbFactory> {
    let factory = Reflect::get(&js_sys::global(), &"indexedDB".into())?;
    factory
        .dyn_into()
        .map_err(|_| JsValue::from_str("no indexedDB"))
}

/// Resolves at `success` and rejects at any of `failures`, with the target's `error`.
fn settled(target: &JsValue, success: &str, failures: &[&str]) -> Promise {
    Promise::new(&mut |resolve, reject| {
        let of = target.clone();
        let fail = Closure::once_into_js(move || {
            let error = Reflect::get(&of, &"error".into()).unwrap_or(JsValue::NULL);
            let _ = reject.call1(&JsValue::NULL, &error);
        });
        let _ = Reflect::set(target, &success.into(), &resolve);
        for failure in failures {
            let _ = Reflect::set(target, &(*failure).into(), &fail);
        }
    })
}

async fn done(request: &IdbRequest) -> Result<JsValue> {
    JsFuture::from(settled(request, "onsuccess", &["onerror"])).await?;
    request.result()
}

fn finished(transaction: &IdbTransaction) -> Promise {
    settled(transaction, "oncomplete", &["onabort", "onerror"])
}

impl Store {
    pub fn new(name: &str) -> Store {
        Store {
            name: name.into(),
            database: RefCell::new(None),
        }
    }

    /// Connects; without `create`, only to what is there already. True when connected.
    async fn connect(&self, create: bool) -> Result<bool> {
        if self.database.borrow().is_some() {
            return Ok(true);
        }
        let request: IdbOpenDbRequest = factory()?.open_with_u32(&self.name, 1)?;
        let opening = request.clone();
        let upgrade = Closure::once(move || -> Result<()> {
            if create {
                let database: IdbDatabase = opening.result()?.unchecked_into();
                database.create_object_store(TABLE)?;
            } else if let Some(transaction) = opening.transaction() {
                // Aborting the upgrade leaves no database behind.
                transaction.abort()?;
            }
            Ok(())
        });
        request.set_onupgradeneeded(Some(upgrade.as_ref().unchecked_ref()));
        let opened =
            JsFuture::from(settled(&request, "onsuccess", &["onerror", "onblocked"])).await;
        match opened {
            Ok(_) => {
                let database: IdbDatabase = request.result()?.unchecked_into();
                // Another tab that deletes the database must not wait for this one.
                let closing = database.clone();
                let close = Closure::once_into_js(move || closing.close());
                database.set_onversionchange(Some(close.unchecked_ref()));
                *self.database.borrow_mut() = Some(database);
                Ok(true)
            }
            Err(_) if !create => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn table(&self, mode: IdbTransactionMode) -> Result<Option<(IdbTransaction, IdbObjectStore)>> {
        let database = self.database.borrow();
        let Some(database) = database.as_ref() else {
            return Ok(None);
        };
        let transaction = database.transaction_with_str_and_mode(TABLE, mode)?;
        let table = transaction.object_store(TABLE)?;
        Ok(Some((transaction, table)))
    }

    /// Everything there is; nothing where nothing was ever kept.
    pub async fn load(&self) -> Result<Vec<(String, Vec<u8>)>> {
        if !self.connect(false).await? {
            return Ok(Vec::new());
        }
        let Some((_, table)) = self.table(IdbTransactionMode::Readonly)? else {
            return Ok(Vec::new());
        };
        let keys = table.get_all_keys()?;
        let values = table.get_all()?;
        // Requests of one transaction are answered in order: after the second, the first is done too.
        let values: Array = done(&values).await?.unchecked_into();
        let keys: Array = keys.result()?.unchecked_into();
        let rows = keys.iter().zip(values.iter());
        Ok(rows
            .filter_map(|(key, value)| {
                let bytes: Uint8Array = value.dyn_into().ok()?;
                Some((key.as_string()?, bytes.to_vec()))
            })
            .collect())
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// The keys of everything there is.
    pub async fn keys(&self) -> Result<Vec<String>> {
        let Some((_, table)) = self.table(IdbTransactionMode::Readonly)? else {
            return Ok(Vec::new());
        };
        let keys: Array = done(&table.get_all_keys()?).await?.unchecked_into();
        Ok(keys.iter().filter_map(|key| key.as_string()).collect())
    }

    /// Carries out effects, all or none of those after the last [`Effect::Destroy`].
    pub async fn apply(&self, effects: &[Effect]) -> Result<()> {
        let destroyed = effects
            .iter()
            .rposition(|effect| *effect == Effect::Destroy);
        if destroyed.is_some() {
            self.destroy().await?;
        }
        let rest = &effects[destroyed.map_or(0, |at| at + 1)..];
        if rest.is_empty() {
            return Ok(());
        }
        self.connect(true).await?;
        let Some((transaction, table)) = self.table(IdbTransactionMode::Readwrite)? else {
            return Ok(());
        };
        for effect in rest {
            match effect {
                Effect::Put { key, bytes } => {
                    table
                        .put_with_key(&Uint8Array::from(bytes.as_slice()), &key.as_str().into())?;
                }
                Effect::Delete { key } => {
                    table.delete(&key.as_str().into())?;
                }
                Effect::DeleteAll { prefix } => {
                    let beyond = [*prefix, "\u{ffff}"].concat();
                    let range = IdbKeyRange::bound(&(*prefix).into(), &beyond.into())?;
                    table.delete(&range)?;
                }
                Effect::Destroy => {}
            }
        }
        JsFuture::from(finished(&transaction)).await?;
        Ok(())
    }

    async fn destroy(&self) -> Result<()> {
        // Looked at first, so that nothing is created only to be deleted.
        if self.connect(false).await? {
            // Emptied first: another tab may hold the database open for a while.
            if let Some((transaction, table)) = self.table(IdbTransactionMode::Readwrite)? {
                table.clear()?;
                JsFuture::from(finished(&transaction)).await?;
            }
        }
        if let Some(database) = self.database.borrow_mut().take() {
            database.close();
            let request = factory()?.delete_database(&self.name)?;
            let _ = JsFuture::from(settled(&request, "onsuccess", &["onerror", "onblocked"])).await;
        }
        Ok(())
    }
}
