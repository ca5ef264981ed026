//! Sparse sums over items: what every neighbour count is made with.

/// The neighbours of one item and how strongly they belong to it, strongest first, ties by number.
pub type Row = Vec<(u32, f32)>;

/// One sum for each item, and which of them have been touched: clearing costs what was used, not what there is.
pub struct Sums {
    value: Vec<f32>,
    touched: Vec<u32>,
}

impl Sums {
    pub fn new(items: usize) -> Sums {
        Sums {
            value: vec![0.0; items],
            touched: Vec::new(),
        }
    }

    /// Adds a positive amount.
    pub fn add(&mut self, item: u32, amount: f32) {
        let value = &mut self.value[item as usize];
        if *value == 0.0 {
            self.touched.push(item);
        }
        *value += amount;
    }

    /// Keeps the larger of what is there and a positive amount.
    pub fn raise(&mut self, item: u32, amount: f32) {
        let value = &mut self.value[item as usize];
        if *value == 0.0 {
            self.touched.push(item);
        }
        *value = value.max(amount);
    }

    pub fn get(&self, item: u32) -> f32 {
        self.value[item as usize]
    }

    /// Hands every sum over and starts again, in the order in which items were first touched.
    pub fn drain(&mut self, mut each: impl FnMut(u32, f32)) {
        for item in self.touched.drain(..) {
            each(item, std::mem::take(&mut self.value[item as usize]));
        }
    }

    /// Hands over the `keep` largest sums and starts again.
    pub fn strongest(&mut self, keep: usize) -> Row {
        let mut row = Row::with_capacity(self.touched.len());
        self.drain(|item, value| row.push((item, value)));
        strongest(row, keep)
    }
}

/// The `keep` strongest, strongest first.
pub fn strongest(mut row: Row, keep: usize) -> Row {
    let order = |a: &(u32, f32), b: &(u32, f32)| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0));
    if keep == 0 {
        return Row::new();
    }
    if row.len() > keep {
        row.select_nth_unstable_by(keep - 1, order);
        row.truncate(keep);
    }
    row.sort_unstable_by(order);
    row.shrink_to_fit();
    row
}

/// Where each item occurs: positions in a list, item by item, rising.
pub struct Postings {
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl Postings {
    /// `list` says which item is at each place.
    pub fn new(items: usize, list: &[u32]) -> Postings {
        let mut starts = vec![0u32; items + 1];
        for &item in list {
            starts[item as usize + 1] += 1;
        }
        for item in 0..items {
            starts[item + 1] += starts[item];
        }
        let mut next = starts.clone();
        let mut places = vec![0; list.len()];
        for (place, &item) in list.iter().enumerate() {
            let slot = &mut next[item as usize];
            places[*slot as usize] = place as u32;
            *slot += 1;
        }
        Postings { starts, places }
    }

    pub fn of(&self, item: u32) -> &[u32] {
        let at = item as usize;
        &self.places[self.starts[at] as usize..self.starts[at + 1] as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_the_strongest_in_order_and_starts_again() {
        let mut sums = Sums::new(6);
        for (item, amount) in [(3, 1.0), (5, 2.0), (1, 0.5), (3, 1.0), (4, 0.25)] {
            sums.add(item, amount);
        }
        assert_eq!(sums.get(3), 2.0);
        assert_eq!(sums.strongest(3), [(3, 2.0), (5, 2.0), (1, 0.5)]);
        assert_eq!(sums.get(3), 0.0);
        assert_eq!(sums.strongest(3), []);
        sums.raise(2, 0.5);
        sums.raise(2, 0.25);
        assert_eq!(sums.strongest(1), [(2, 0.5)]);
    }

    #[test]
    fn finds_every_place_of_an_item() {
        let postings = Postings::new(4, &[2, 0, 2, 3, 2]);
        assert_eq!(postings.of(2), [0, 2, 4]);
        assert_eq!(postings.of(0), [1]);
        assert_eq!(postings.of(1), [0; 0]);
    }
}
