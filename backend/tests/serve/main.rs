//! `tillside serve` as its users meet it: the real program, real sockets, the real database.

#![forbid(unsafe_code)]

mod collector;
mod crash;
mod http;
mod pages;
mod program;
mod reports;
mod start;
