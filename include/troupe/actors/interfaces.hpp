// The actors that Troupe is made of and the messages that they understand. Read it first, with messages.hpp.
// What only one folder knows is declared there: the actors of bridges (bridge.hpp), of links between nodes
// (cluster.hpp), and the pools and workers of back ends (backend_messages.hpp, actors/backends).
//
// client and session exist by the hundred thousand, so they are `slim_actor`s (actors/shard/slim_actor.hpp):
// CAF actors without CAF's behavior stack, which only react. The others are ordinary typed CAF actors.
// client, session, router, route table, retainer, delayed and listener are pinned to an I/O thread (a shard).
// The store, the workers of back ends and the listeners of libraries have threads of their own, and bridges
// share one (actors/bridge/io_loop.hpp); the rest runs on CAF's scheduler.
#pragma once

#include <caf/replies_to.hpp>
#include <caf/typed_actor.hpp>

namespace troupe {

// Defined in messages.hpp.
struct session_attached;
struct to_client;
struct subscribe_answer;
struct close_client;
struct attach_session;
struct detach_session;
struct from_client;
struct subscribe_packet;
struct unsubscribe_packet;
struct deliver;
struct routes_applied;
struct retained_chunk;
struct client_writable;
struct terminate_session;
struct change_subscriptions;
struct adopt_socket;
struct open_session;
struct forwarded;
struct forward_credit;
struct publish_request;
struct published;
struct client_query;
struct client_page;
struct subscription_query;
struct subscription_page;
struct kick_client;
struct client_subscribe;
struct client_unsubscribe;
struct outcome;
struct counters_query;
struct shard_figures;
struct drain_shard;
struct send_will;
struct send_wills;
struct drained;
struct route_changes;
struct route_query;
struct route_page;
struct route_figures_query;
struct route_figures;
struct retain_message;
struct retained_request;
struct retained_figures_query;
struct limit_retained;
struct retained_figures;
struct sweep_tick;
struct delay_messages;
struct watch_topics;
struct watching;
struct topic_metrics_query;
struct topic_metrics_page;
struct register_topic;
struct unregister_topics;
struct sample_tick;
struct load_topic_metrics;
struct switch_features;
struct switched;
struct use_acl;
struct load_acl_file;
struct use_acl_plugins;
struct acl_cache_query;
struct acl_cache_page;
struct clean_acl_cache;
struct module_query;
struct module_page;
struct switch_module;
struct reload_module;
struct retained_query;
struct retained_page;
struct remove_retained;
struct retained_removed;
struct limit_client;
struct restart_listener;
struct raise_alarm;
struct clear_alarm;
struct alarm_query;
struct alarm_page;
struct deactivate_alarm;
struct forget_alarms;
struct watch_store;
struct check_cpu;
struct check_memory;
struct check_process;
struct ban_query;
struct ban_page;
struct add_ban;
struct remove_ban;
struct login_refused;
struct use_bans;
struct bans_used;
struct sasl_user_query;
struct sasl_user_answer;
struct put_sasl_user;
struct remove_sasl_user;
struct use_sasl_users;
struct plugin_query;
struct plugin_page;
struct switch_plugin;
struct check_client;
struct check_access; // these in backend_messages.hpp
struct access_checked;
struct ask_back_end;
struct back_end_answer;
struct http_call;
struct http_answer;
struct backend_query;
struct backend_figures;
struct probe_tick;
struct client_checked;
struct order_authenticators;
struct user_query;
struct user_page;
struct put_user;
struct remove_user;
struct acl_query;
struct acl_page;
struct put_acl;
struct remove_acl;
struct app_query;
struct app_page;
struct add_app;
struct app_added;
struct update_app;
struct remove_app;
struct check_app;
struct app_verdict;
struct listener_query;
struct listener_info;
struct connection_ended;
struct stop_listening;
struct metrics_query;
struct metrics_report;
struct stats_query;
struct stats_report;
struct stored_query;
struct stored_figures;
struct sys_heartbeat;
struct sys_interval;
struct node_query;
struct node_info;
struct http_request;
struct http_response;
struct use_sinks; // in sink_messages.hpp
struct set_rules; // these in rule_messages.hpp
struct switch_rules;
struct rule_messages;
struct rule_continue;
struct rule_sample;
struct publish_messages;
struct define_rule;
struct end_rule;
struct rule_figures_query;
struct rule_figures;
struct reset_rule_figures;
struct rule_query;
struct rule_page;
struct put_rule;
struct rule_put;
struct remove_rule;
struct reset_rule;
struct rule_count_query;
struct rule_count;
struct resource_query;
struct resource_page;
struct put_resource;
struct resource_put;
struct remove_resource;
struct start_resource;
struct store_write; // these in store_messages.hpp
struct store_written;
struct store_scan;
struct store_page;
struct store_commit;
struct flush_unwritten;
struct flushed;

/// One per connection: the socket and the channel machine. Dies with the socket.
using client_actor =
    caf::typed_actor<caf::reacts_to<to_client>, // from its session, once a turn: packets to send, in order
                     caf::reacts_to<client_checked>,   // from access: what the plugins say of its CONNECT
                     caf::reacts_to<access_checked>,   // from access: what a back end says of a topic
                     caf::reacts_to<session_attached>, // from its session: CONNACK may go out
                     caf::reacts_to<subscribe_answer>, // from its session: SUBACK or UNSUBACK
                     caf::reacts_to<close_client>>; // from session or router: taken over, kicked, discarded,
                                                    // shut down

/// One per client id: the session machine. Survives its sockets until it expires.
using session_actor = caf::typed_actor<
    caf::reacts_to<deliver>,            // from the shard, once a turn: messages that match its subscriptions
    caf::reacts_to<from_client>,        // from its client, once a turn: acknowledgements and QoS 2 publishes
    caf::reacts_to<subscribe_packet>,   // from its client
    caf::reacts_to<unsubscribe_packet>, // from its client
    caf::reacts_to<routes_applied>,     // from the router: the route table has what the session asked for
    caf::reacts_to<retained_chunk>,     // from the retainer: retained messages for a new subscription
    caf::reacts_to<attach_session>,     // from the router: a client with its id connected
    caf::reacts_to<detach_session>,     // from its client: the socket is gone
    caf::reacts_to<client_writable>,    // from its client: the socket takes more, or does not
    caf::reacts_to<terminate_session>,  // from the router: kicked or discarded
    caf::reacts_to<send_will>,          // from the router: the broker stops
    caf::reacts_to<change_subscriptions>>; // from the router, for the HTTP API

/// One per shard: its sessions by client id, sockets that come to it, messages from other shards, queries
/// about it.
using router_actor =
    caf::typed_actor<caf::reacts_to<adopt_socket>,   // from a listener or another shard's client
                     caf::reacts_to<open_session>,   // from a client: create, resume or take over
                     caf::reacts_to<forwarded>,      // from another shard, once a turn
                     caf::reacts_to<forward_credit>, // from another shard: it has handled so many
                     caf::reacts_to<routes_applied>, // from the route table, for its sessions
                     caf::replies_to<publish_request>::with<published>,            // from the HTTP API
                     caf::replies_to<client_query>::with<client_page>,             // rows of its clients
                     caf::replies_to<subscription_query>::with<subscription_page>, // rows of its sessions'
                                                                                   // subscriptions
                     caf::replies_to<kick_client>::with<outcome>,            // end connection and session
                     caf::replies_to<client_subscribe>::with<outcome>,       // subscribe a client
                     caf::replies_to<client_unsubscribe>::with<outcome>,     // unsubscribe a client
                     caf::replies_to<limit_client>::with<outcome>,           // other rates for a client
                     caf::replies_to<switch_features>::with<switched>,       // from the modules
                     caf::replies_to<use_bans>::with<bans_used>,             // from the bans
                     caf::replies_to<use_sasl_users>::with<switched>,        // from the sasl actor
                     caf::replies_to<use_acl>::with<switched>,               // from the acl actor
                     caf::replies_to<acl_cache_query>::with<acl_cache_page>, // what a client's connection
                                                                             // remembers
                     caf::replies_to<clean_acl_cache>::with<outcome>,        // forget it
                     caf::replies_to<counters_query>::with<shard_figures>,   // its counters and gauges
                     caf::replies_to<stored_query>::with<stored_figures>,    // what waits in its sessions
                     caf::replies_to<watch_topics>::with<watching>,          // from the topic metrics
                     caf::replies_to<set_rules>::with<switched>,             // from the rule engine
                     caf::replies_to<use_sinks>::with<switched>,             // from the plugins
                     caf::replies_to<publish_messages>::with<published>,     // from a rule
                     caf::replies_to<send_wills>::with<drained>,   // shutdown: those of all sessions
                     caf::replies_to<drain_shard>::with<drained>>; // then: DISCONNECT all clients

/// One per node, on shard 0: sole writer of the subscription index.
using route_table_actor =
    caf::typed_actor<caf::reacts_to<route_changes>,                              // from a shard, once a turn
                     caf::replies_to<route_query>::with<route_page>,             // rows of routes
                     caf::replies_to<route_figures_query>::with<route_figures>>; // counts

/// One per node, on shard 0: the retained messages.
using retainer_actor =
    caf::typed_actor<caf::reacts_to<retain_message>,   // from a shard, before it matches it
                     caf::reacts_to<retained_request>, // from a session: the next chunk for a filter
                     caf::reacts_to<sweep_tick>,       // to itself: drop what has expired
                     caf::replies_to<flush_unwritten>::with<flushed>, // from the HTTP API, and at the end
                     caf::replies_to<retained_query>::with<retained_page>,     // from the HTTP API: rows
                     caf::replies_to<remove_retained>::with<retained_removed>, // from the HTTP API
                     caf::replies_to<retained_figures_query>::with<retained_figures>, // counts
                     caf::replies_to<limit_retained>::with<switched>>;                // from the plugins

/// One per node, on shard 0: the messages to `$delayed/…` that wait for their time.
using delayed_actor = caf::typed_actor<caf::reacts_to<delay_messages>, // from a shard, once a turn
                                       caf::replies_to<flush_unwritten>::with<flushed>>; // as above

/// One per node: the topics that the API watches, and their rates.
using topic_metrics_actor =
    caf::typed_actor<caf::replies_to<topic_metrics_query>::with<topic_metrics_page>, // figures
                     caf::replies_to<register_topic>::with<outcome>,     // count a topic from now on
                     caf::replies_to<unregister_topics>::with<outcome>,  // forget one, or all
                     caf::replies_to<load_topic_metrics>::with<outcome>, // from the modules
                     caf::reacts_to<sample_tick>>;                       // to itself, once a second

/// One per configured listener, on shard 0: its acceptor, limits and shutdown counts.
using listener_actor =
    caf::typed_actor<caf::reacts_to<connection_ended>,                      // from a client: why it ended
                     caf::reacts_to<stop_listening>,                        // shutdown
                     caf::replies_to<restart_listener>::with<outcome>,      // listen anew
                     caf::replies_to<listener_query>::with<listener_info>>; // its row for the API

/// One per node: which of EMQ X's modules are on.
using modules_actor = caf::typed_actor<caf::replies_to<module_query>::with<module_page>, // all of them
                                       caf::replies_to<switch_module>::with<outcome>,    // load, unload
                                       caf::replies_to<reload_module>::with<outcome>>; // read its file again

/// One per node: the access rules of acl.conf, and those of plugins before them.
using acl_actor = caf::typed_actor<caf::replies_to<load_acl_file>::with<outcome>,    // from the modules
                                   caf::replies_to<use_acl_plugins>::with<outcome>>; // from the plugins

/// One per node: what is wrong, and what was.
using alarms_actor =
    caf::typed_actor<caf::reacts_to<raise_alarm>,                      // from whoever notices
                     caf::reacts_to<clear_alarm>,                      // from the same
                     caf::replies_to<alarm_query>::with<alarm_page>,   // active ones and past ones
                     caf::replies_to<deactivate_alarm>::with<outcome>, // from the HTTP API: by hand
                     caf::replies_to<forget_alarms>::with<outcome>,    // from the HTTP API: the past ones
                     caf::reacts_to<sweep_tick>>;                      // to itself: drop what is too old

/// One per node: raises alarms about the machine and this process.
using machine_watch_actor = caf::typed_actor<caf::reacts_to<check_cpu>,      // to itself: look at it
                                             caf::reacts_to<check_memory>,   // the same
                                             caf::reacts_to<check_process>>; // the same

/// One per node: who may not connect.
using banned_actor = caf::typed_actor<caf::replies_to<ban_query>::with<ban_page>, // rows of them
                                      caf::replies_to<add_ban>::with<outcome>,    // from the HTTP API, shards
                                      caf::replies_to<remove_ban>::with<outcome>, // from the HTTP API
                                      caf::reacts_to<login_refused>,              // from clients
                                      caf::reacts_to<sweep_tick>>; // to itself: drop what is over

/// One per node: which plugins are loaded, and in which order.
using plugins_actor = caf::typed_actor<caf::replies_to<plugin_query>::with<plugin_page>, // all of them
                                       caf::replies_to<switch_plugin>::with<outcome>>; // load, unload, reload

/// One per node: asks the loaded plugins about each CONNECT, and has the users and rules of those whose users
/// come by the API.
using access_actor =
    caf::typed_actor<caf::reacts_to<check_client>, // from a client: client_checked comes
                     caf::reacts_to<check_access>, // from a client: access_checked comes
                     caf::replies_to<order_authenticators>::with<switched>, // from the plugins
                     caf::replies_to<user_query>::with<user_page>,          // rows of users
                     caf::replies_to<put_user>::with<outcome>,              // add or change one
                     caf::replies_to<remove_user>::with<outcome>,           // also one who is not there
                     caf::replies_to<acl_query>::with<acl_page>,            // rows of rules
                     caf::replies_to<put_acl>::with<outcome>,               // add or replace one
                     caf::replies_to<remove_acl>::with<outcome>>;           // also one that is not there

/// One per rule: its SQL and its actions.
using rule_actor = caf::typed_actor<caf::reacts_to<rule_messages>, // from a shard, once a turn
                                    caf::reacts_to<rule_continue>, // to itself: there is more to do
                                    caf::reacts_to<rule_sample>,   // to itself: its speed
                                    caf::reacts_to<define_rule>,   // from the rule engine: it has changed
                                    caf::reacts_to<end_rule>,      // from the rule engine: it was deleted
                                    caf::replies_to<rule_figures_query>::with<rule_figures>, // its counts
                                    caf::reacts_to<reset_rule_figures>>;                     // from 0 on

/// One per loaded plugin that is told of events, which comes as rules get them.
using event_sink_actor = caf::typed_actor<caf::reacts_to<rule_messages>>; // from a shard, once a turn

/// One per node: the rules, and the index of their topics, whose sole writer it is.
using rules_actor =
    caf::typed_actor<caf::replies_to<switch_rules>::with<switched>,        // from the plugins: on or off
                     caf::replies_to<rule_query>::with<rule_page>,         // rows, with their counts
                     caf::replies_to<put_rule>::with<rule_put>,            // create, change
                     caf::replies_to<remove_rule>::with<outcome>,          // delete
                     caf::replies_to<reset_rule>::with<outcome>,           // its counts
                     caf::replies_to<rule_count_query>::with<rule_count>,  // how many
                     caf::replies_to<resource_query>::with<resource_page>, // rows of resources
                     caf::replies_to<put_resource>::with<resource_put>,    // create, change
                     caf::replies_to<remove_resource>::with<outcome>,      // unless a rule needs it
                     caf::replies_to<start_resource>::with<outcome>>;      // look whether it is alive

/// One per node: the users of enhanced authentication.
using sasl_actor = caf::typed_actor<caf::replies_to<sasl_user_query>::with<sasl_user_answer>, // one of them
                                    caf::replies_to<put_sasl_user>::with<outcome>,     // add or change one
                                    caf::replies_to<remove_sasl_user>::with<outcome>>; // also one who is not
                                                                                       // there

/// One per loaded plugin of authentication that asks a back end; access owns it.
using back_end_actor = caf::typed_actor<caf::replies_to<ask_back_end>::with<back_end_answer>,  // from access
                                        caf::replies_to<backend_query>::with<backend_figures>, // how it fares
                                        caf::reacts_to<probe_tick>>; // to itself: is it up again?

/// One per HTTP server that is asked: of a plugin, or of a rule's resource, which own it.
using http_client_actor =
    caf::typed_actor<caf::replies_to<http_call>::with<http_answer>,         // from its owner
                     caf::replies_to<backend_query>::with<backend_figures>, // how it fares
                     caf::reacts_to<probe_tick>>;                           // to itself: is it up again?

/// One per node: the applications that may use the HTTP API.
using apps_actor = caf::typed_actor<caf::replies_to<app_query>::with<app_page>,     // rows, without secrets
                                    caf::replies_to<add_app>::with<app_added>,      // with its secret
                                    caf::replies_to<update_app>::with<outcome>,     // all but the secret
                                    caf::replies_to<remove_app>::with<outcome>,     // none may use it then
                                    caf::replies_to<check_app>::with<app_verdict>>; // of every request

/// One per node: sums the shards' counters and gauges.
using metrics_actor =
    caf::typed_actor<caf::replies_to<metrics_query>::with<metrics_report>, // every counter
                     caf::replies_to<stats_query>::with<stats_report>>;    // every gauge and maximum

/// One per node: publishes the broker's figures below `$SYS`.
using sys_actor = caf::typed_actor<caf::reacts_to<sys_heartbeat>, // to itself: uptime and datetime are due
                                   caf::reacts_to<sys_interval>>; // to itself: the other figures are due

/// One per node: what the operating system says of this process and machine.
using monitor_actor = caf::typed_actor<caf::replies_to<node_query>::with<node_info>>;

/// One per node, with a thread of its own: rows that outlive the process. Opened before the listeners.
using store_actor =
    caf::typed_actor<caf::replies_to<store_write>::with<store_written>, // answered when it is durable
                     caf::replies_to<store_scan>::with<store_page>,     // rows of a kind
                     caf::reacts_to<watch_store>,                       // from the alarms: tell them
                     caf::reacts_to<store_commit>>;                     // to itself: write what has come

/// One per node: turns REST calls into requests to the others and collects their replies.
using api_actor = caf::typed_actor<caf::replies_to<http_request>::with<http_response>>;

} // namespace troupe
