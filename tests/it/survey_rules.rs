//! What the estimation engine promises beside R's numbers.
