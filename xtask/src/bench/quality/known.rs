//! The best that is known to us of other methods on the same rows, of any size in bytes.
//!
//! HitRate@20 and MRR@20. On what is new: GRU4Rec as published by its authors (cross-entropy, 128 units, 512 bytes an
//! item in f32), and VSTAN on serenade's log. On all: the best of neighbour, linear and neural methods that was found.

pub struct Known {
    log: &'static str,
    pub new: [f64; 2],
    /// Of all rows.
    pub all: [f64; 2],
    /// The second are of lists without the item being looked at.
    pub others: bool,
}

const KNOWN: [Known; 3] = [
    Known {
        log: "serenade",
        new: [0.4931, 0.2226],
        all: [0.6126, 0.3104],
        others: true,
    },
    Known {
        log: "retailrocket",
        new: [0.386, 0.141],
        all: [0.5745, 0.2997],
        others: false,
    },
    Known {
        log: "yoochoose1_64",
        new: [0.659, 0.2955],
        all: [0.710, 0.326],
        others: false,
    },
];

pub fn of(log: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.log == log)
}
