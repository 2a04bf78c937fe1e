#pragma once

#include "load_client.hpp"

namespace load {

/// pairs, fanout, fanin and wildcard: publishers and subscribers, in a closed loop or at a rate.
bool run_traffic(const options& o, report& r);

/// conn: connections that are held idle.
bool run_connections(const options& o, report& r);

/// connrate: clients that connect and leave for ever.
bool run_connect_rate(const options& o, report& r);

/// storm: sessions with queued messages that all come back at once.
bool run_storm(const options& o, report& r);

/// subs: a large subscription table, filled and then changed at random.
bool run_subscriptions(const options& o, report& r);

/// retained: many retained messages, replayed to one subscriber after the other.
bool run_retained(const options& o, report& r);

/// acl: decisions of compiled access rules, within this process.
bool run_acl(const options& o, report& r);

/// sql: messages that one thread puts through rules, within this process.
bool run_sql(const options& o, report& r);

/// The part of every result that does not depend on the scenario: mistakes, and what else ran on the machine.
void add_common(report& r, const loop& l, const usage& before, const usage& after);

} // namespace load
