//! `tillside serve` as its users meet it: the real program, real sockets, the real database.

#![forbid(unsafe_code)]

mod budgets;
mod collector;
mod crash;
mod http;
mod logs;
mod outbox;
mod pages;
mod program;
mod receiver;
mod reports;
mod start;
