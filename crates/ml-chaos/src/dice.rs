use std::time::Duration;

/// Numbers at random, the same ones from the same seed. Source: Steele, Lea and Flood, "Fast splittable pseudorandom number
/// generators" (SplitMix64).
#[derive(Debug, Clone)]
pub struct Dice(pub u64);

impl Dice {
    /// Those of one round of many with the same seed.
    pub fn of(seed: u64, number: u64) -> Self {
        let mut dice = Dice(seed);
        Dice(dice.roll() ^ number.wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The next number below `end`; 0 where there is none.
    pub fn below(&mut self, end: u64) -> u64 {
        self.roll() % end.max(1)
    }

    /// A part of a time: the same part whatever the time is, which may differ from run to run.
    pub fn part(&mut self, of: Duration) -> Duration {
        of.mul_f64(self.below(1_000) as f64 / 1_000.0)
    }

    /// One of some things.
    pub fn one<T: Copy, const N: usize>(&mut self, of: [T; N]) -> T {
        of[self.below(N as u64) as usize]
    }
}
