//! Attributes that a request asks for: items that have all of them are found.

use crate::recommend::answer::{List, Warning};
use crate::recommend::call::Call;
use crate::recommend::candidates::Candidates;
use crate::recommend::flags::Flags;
use crate::recommend::marks::Marks;

#[derive(Debug, Default)]
pub(super) struct Attributes {
    /// How many of the attributes an item has so far.
    has: Marks,
}

impl Attributes {
    /// Flags what has all attributes; false where the model does not know one.
    pub fn run(&mut self, call: &Call, candidates: &mut Candidates, list: &mut List) -> bool {
        let (model, attributes) = (call.model, &call.request.attributes);
        if attributes.is_empty() {
            return true;
        }
        // All are looked up before any item is marked: a model that does not know one leaves no marks behind.
        let mut found = Vec::with_capacity(attributes.len());
        for attribute in attributes {
            let term = model.find_terms(attribute, false);
            if term.is_empty() {
                list.warnings.push(Warning::UnknownAttribute);
                return false;
            }
            found.push(term.start);
        }
        let marks = self.has.of(model.items());
        for (n, term) in found.into_iter().enumerate() {
            model.term_items(term, |item| {
                let has = &mut marks[item as usize];
                if usize::from(*has) == n.min(255) {
                    *has = has.saturating_add(1);
                }
            });
        }
        let all = attributes.len().min(255);
        for (item, has) in (0..).zip(marks) {
            if usize::from(core::mem::take(has)) == all {
                candidates.flag(item, Flags::FOUND);
            }
        }
        true
    }
}
