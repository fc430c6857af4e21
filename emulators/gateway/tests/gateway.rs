//! The gateway over a real socket, with functions that record what they were given.

mod gateway {
    mod caching;
    mod deployed;
    mod events;
    mod harness;
    mod integration;
    mod preflights;
    mod refusals;
    mod steps;
    mod templates;
}
