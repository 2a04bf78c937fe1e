// Every message that the actors exchange (interfaces.hpp says who sends which to whom). All of them stay
// within a node, but for those of cluster_messages.hpp; times are milliseconds since the epoch unless their
// name says otherwise.
#pragma once

#include "troupe/actors/acl_messages.hpp"
#include "troupe/actors/admin_messages.hpp"
#include "troupe/actors/alarm_messages.hpp"
#include "troupe/actors/ban_messages.hpp"
#include "troupe/actors/interfaces.hpp"
#include "troupe/actors/message_type.hpp"
#include "troupe/actors/plugin_messages.hpp"
#include "troupe/actors/sasl_messages.hpp"
#include "troupe/actors/store_messages.hpp"
#include "troupe/actors/web_hook_settings.hpp"
#include "troupe/mqtt/channel.hpp"
#include "troupe/mqtt/credit.hpp"
#include "troupe/mqtt/message.hpp"
#include "troupe/mqtt/metrics.hpp"
#include "troupe/mqtt/retained_store.hpp"
#include "troupe/mqtt/subscription_index.hpp"
#include "troupe/mqtt/topic_metrics.hpp"

#include <boost/describe.hpp>
#include <caf/typed_response_promise.hpp>

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace troupe {

struct connection; // actors/shard/connection.hpp

/// Why a connection ended: a word of reference/observability.md section 5, with static storage.
using shutdown_reason = const char*;

// -- client <- session ------------------------------------------------------------------------

struct to_client {
  std::vector<mqtt::delivery> batch;
  bool more_waits = false; // answer client_writable when it has been sent and the socket takes more
};

struct session_attached {
  session_actor session;
  mqtt::publisher_ptr publisher; // of the connection's messages and events
  std::uint32_t connection = 0;  // the session's number for it: it ignores messages of earlier ones
  bool session_present = false;
  bool subscribing = false; // automatic subscriptions are on their way: a subscribe_answer will tell
};

struct subscribe_answer {
  mqtt::packet_type type = mqtt::packet_type::suback; // or unsuback
  std::uint16_t packet_id = 0;                        // 0: of automatic subscriptions, which get no packet
  std::vector<mqtt::reason_code> reasons;
};

struct close_client {
  mqtt::reason_code reason = mqtt::reason_code::success; // of the DISCONNECT that 5.0 gets
  shutdown_reason why = "";
};

// -- session <- client --------------------------------------------------------------------------

/// One packet of the client that the session handles: PUBACK, PUBREC, PUBREL, PUBCOMP, PINGREQ, or a QoS 2
/// PUBLISH.
struct client_packet {
  mqtt::message_ptr
      message; // of PUBLISH; of PUBACK and PUBREC with its properties alone, if a rule wants them
  std::uint16_t packet_id = 0;
  mqtt::packet_type type = mqtt::packet_type::puback;
  mqtt::reason_code reason = mqtt::reason_code::success;
};

struct from_client {
  std::vector<client_packet> batch;
  std::uint32_t connection = 0;
};

/// A SUBSCRIBE whose entries the channel has checked: `verdict` is success, or the reason to answer for that
/// entry.
struct subscribe_packet {
  struct entry {
    std::string filter;
    mqtt::subscription_options options; // the QoS is the granted one
    mqtt::reason_code verdict = mqtt::reason_code::success;
  };
  std::uint16_t packet_id = 0;
  std::uint32_t subscription_id = 0;
  std::uint32_t connection = 0;
  std::vector<entry> entries;
  std::string properties = {}; // if a rule wants them
};

struct unsubscribe_packet {
  std::uint16_t packet_id = 0;
  std::uint32_t connection = 0;
  std::vector<std::string> filters;
  std::string properties = {}; // if a rule wants them
};

struct detach_session {
  client_actor client; // a session that has another client by now ignores this
  bool publish_will = true;
  std::optional<std::uint32_t> session_expiry; // seconds, when DISCONNECT changed it
  std::string reason;                          // why the connection ended
  std::string properties = {};                 // of DISCONNECT, if a rule wants them
};

struct client_writable {
  bool yes = true;
  std::uint32_t connection = 0;
};

// -- session <- shard, router, retainer -----------------------------------------------------------

struct deliver {
  std::vector<mqtt::delivery> batch;
};

struct attach_session {
  client_actor client;
  std::shared_ptr<mqtt::connect_request> request;
  bool resumed = false; // the session existed before
};

struct terminate_session {
  shutdown_reason why = "";                                         // for the client, if one is attached
  mqtt::reason_code reason = mqtt::reason_code::session_taken_over; // of its DISCONNECT
};

/// What the answer of the HTTP API to a command is; `code` is a body code of reference/http-api.md
/// section 1.7.
struct outcome {
  int code = 0;
  std::string message;
};

struct change_subscriptions {
  std::vector<std::string> filters;
  std::optional<mqtt::qos> subscribe; // nothing: unsubscribe
  caf::typed_response_promise<outcome> promise;
};

struct retained_chunk {
  mqtt::retained_store::cursor cursor; // for the next request
  bool done = true;
  std::vector<mqtt::message_ptr> messages;
};

// -- router ----------------------------------------------------------------------------------------

/// A connection for the shard: just accepted, or sent on by the shard that accepted it because the client
/// id's home is here; then `received` holds all MQTT bytes that the client has sent so far.
struct adopt_socket {
  std::shared_ptr<connection> stream; // closed when nobody takes it out
  std::uint16_t listener = 0;
  std::string received;
  std::uint64_t reads = 0; // counters that move with the connection
  bool turn_away = false;  // the listener is full: its CONNECT is answered with another server
};

struct open_session {
  client_actor client;
  std::shared_ptr<mqtt::connect_request> request;
  std::uint16_t listener = 0;
};

/// Messages for sessions of the receiving shard: one batch per turn. Item i goes to `targets` from `first`,
/// `count` of them.
struct forwarded {
  struct item {
    mqtt::message_ptr message;
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  std::uint16_t from = 0;
  std::vector<item> items;
  std::vector<mqtt::subscriber> targets;
  std::vector<mqtt::shared_origin> shared; // of those targets that get a shared copy, in their order
  std::uint64_t bytes = 0;                 // of the messages
};

struct forward_credit {
  std::uint16_t from = 0; // the shard that has handled them
  mqtt::credit_amount handled;
};

struct publish_request {
  mqtt::message_ptr message;
};

struct published {
  std::uint32_t subscribers = 0; // deliveries that the publish caused on this node
};

struct kick_client {
  std::string client_id;
};

struct client_subscribe {
  std::string client_id;
  std::vector<std::string> filters; // valid ones
  mqtt::qos level = mqtt::qos::at_most_once;
};

struct client_unsubscribe {
  std::string client_id;
  std::string filter;
};

/// Conditions on the rows of `/clients`; all that are set must hold (reference/http-api.md section 4.2).
struct client_query {
  std::optional<std::string> client_id, username, zone, ip_address, conn_state, proto_name;
  std::optional<bool> clean_start;
  std::optional<int> proto_ver;
  std::optional<std::string> like_client_id, like_username; // substrings
  std::optional<mqtt::time_ms> created_from, created_to, connected_from, connected_to;
  std::size_t skip = 0;  // matching rows to leave out
  std::size_t limit = 0; // rows to return at most
};

/// A row of `/clients` as the document names its fields. What is unknown has its documented neutral value.
struct client_row {
  std::string clientid, username, proto_name, ip_address, zone, mountpoint;
  int proto_ver = 4;
  int port = 0;
  bool is_bridge = false, connected = false, clean_start = true;
  mqtt::time_ms connected_at = 0, disconnected_at = 0, created_at = 0; // disconnected_at 0: connected
  std::int64_t keepalive = 0, expiry_interval = 0;                     // seconds
  std::uint64_t subscriptions_cnt = 0, max_subscriptions = 0, inflight = 0, max_inflight = 0, mqueue_len = 0,
                max_mqueue = 0, mqueue_dropped = 0, awaiting_rel = 0, max_awaiting_rel = 0;
  std::uint64_t recv_oct = 0, recv_cnt = 0, recv_pkt = 0, recv_msg = 0, send_oct = 0, send_cnt = 0,
                send_pkt = 0, send_msg = 0;
  std::uint64_t mailbox_len = 0, heap_size = 0, reductions = 0;
};

struct client_page {
  std::vector<client_row> rows;
  std::size_t matched = 0; // rows of this shard that satisfy the query, counted up to skip + limit + 1
  std::size_t total = 0;   // all clients of this shard
};

/// Conditions on the rows of `/subscriptions` (reference/http-api.md section 5).
struct subscription_query {
  std::optional<std::string> client_id, topic, share, match_topic;
  std::optional<int> qos;
  std::size_t skip = 0;
  std::size_t limit = 0;
};

struct subscription_row {
  std::string clientid, topic; // shared ones as `$share/<group>/<filter>`
  int qos = 0;
};

struct subscription_page {
  std::vector<subscription_row> rows;
  std::size_t matched = 0;
  std::size_t total = 0;
};

struct counters_query {};
struct shard_figures {
  mqtt::counters counters;
  std::uint64_t connections = 0, sessions = 0; // now
};

struct stored_query {};
struct stored_figures {
  std::uint64_t messages = 0; // queued, or sent and not acknowledged
};
struct send_will {};
struct send_wills {};
struct drain_shard {};
struct drained {
  std::uint64_t told = 0; // sessions or clients
};

// -- route table -----------------------------------------------------------------------------------

struct route_change {
  enum class kind : std::uint8_t { subscribe, unsubscribe };
  kind what = kind::subscribe;
  std::string filter; // as the client wrote it
  mqtt::subscriber subscriber;
  std::uint32_t token = 0; // comes back in routes_applied; 0: nobody waits
};

struct route_changes {
  std::uint16_t shard = 0;
  std::vector<route_change> changes;
};

/// Tells that all changes with these tokens are visible to every publisher. Before that, and without a token,
/// which exclusive subscriptions others hold.
struct routes_applied {
  struct receipt {
    std::uint32_t slot = 0, generation = 0, token = 0;
    std::string refused; // the filter, as the client wrote it
  };
  std::vector<receipt> receipts;
};

struct route_query {
  std::optional<std::string> topic; // exactly this filter; else a page of all
  std::size_t skip = 0;
  std::size_t limit = 0;
};

struct route_page {
  std::vector<std::string> topics;
  std::size_t total = 0;
};

struct route_figures_query {};
struct route_figures {
  std::uint64_t routes = 0, subscriptions = 0, shared_subscriptions = 0, subscribers = 0;
  std::uint64_t routes_max = 0, subscriptions_max = 0, shared_subscriptions_max = 0, subscribers_max = 0;
};

// -- retainer ---------------------------------------------------------------------------------------

struct retain_message {
  std::uint16_t from = 0;    // a shard other than the retainer's gets credit back
  mqtt::message_ptr message; // an empty payload deletes [MQTT-3.3.1-6]
};

struct retained_request {
  session_actor session;
  std::string filter; // of a plain or an exclusive subscription, with its prefix
  mqtt::retained_store::cursor cursor;
  std::size_t limit = 256; // messages; the retainer limits their bytes
};

/// `retainer.*` from now on, as in mqtt::retained_limits. What is there already stays.
struct limit_retained {
  std::size_t max_messages = 0;
  std::size_t max_payload_size = 0; // bytes
  mqtt::time_ms expiry = 0;
};

struct sweep_tick {};
struct retained_figures_query {};
struct retained_figures {
  std::uint64_t messages = 0, bytes = 0, messages_max = 0;
};

// -- delayed messages ---------------------------------------------------------------------------------

struct delay_messages {
  struct item {
    mqtt::message_ptr message; // with the topic that it is to be published to
    mqtt::time_ms due = 0;
  };
  std::uint16_t from = 0; // a shard other than the actor's gets credit back for them
  std::vector<item> items;
  std::uint64_t bytes = 0;
};

// -- listener ---------------------------------------------------------------------------------------

struct connection_ended {
  shutdown_reason why = "";
};

struct stop_listening {};
struct listener_query {};
struct listener_info {
  std::string protocol, listen_on; // "mqtt:tcp", "0.0.0.0:1883"
  std::uint64_t acceptors = 0, max_conns = 0, current_conns = 0;
  std::map<std::string, std::uint64_t> shutdown_count;
  std::string identifier; // "mqtt:tcp:external"
};

// -- metrics, sys, monitor ----------------------------------------------------------------------------------

struct metrics_query {};
struct metrics_report {
  mqtt::counters counters;
  std::array<std::uint64_t, web_hook_event_count> web_hook_told{}; // as in node_gauges
};

struct stats_query {};
struct stats_report {
  std::map<std::string, std::uint64_t> values; // "connections.count", "connections.max", …
};

struct sys_heartbeat {};
struct sys_interval {};
struct node_query {};
struct node_info {
  std::string name, version, sysdescr, otp_release;
  std::uint64_t uptime_seconds = 0;
  double load1 = 0, load5 = 0, load15 = 0;
  std::uint64_t max_fds = 0, memory_total = 0, memory_used = 0; // bytes
  std::uint64_t connections = 0, process_used = 0, process_available = 0;
};

// -- HTTP API --------------------------------------------------------------------------------------------

struct http_request {
  std::string method;                                     // "GET"
  std::string path;                                       // behind "/api/v4", still percent-encoded
  std::vector<std::pair<std::string, std::string>> query; // decoded, in order
  std::string body;
};

struct http_response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
};

} // namespace troupe

// All messages live and die within one process: CAF needs no serialization for them.
TROUPE_LOCAL_MESSAGE(to_client)
TROUPE_LOCAL_MESSAGE(session_attached)
TROUPE_LOCAL_MESSAGE(subscribe_answer)
TROUPE_LOCAL_MESSAGE(close_client)
TROUPE_LOCAL_MESSAGE(from_client)
TROUPE_LOCAL_MESSAGE(subscribe_packet)
TROUPE_LOCAL_MESSAGE(unsubscribe_packet)
TROUPE_LOCAL_MESSAGE(detach_session)
TROUPE_LOCAL_MESSAGE(client_writable)
TROUPE_LOCAL_MESSAGE(deliver)
TROUPE_LOCAL_MESSAGE(attach_session)
TROUPE_LOCAL_MESSAGE(terminate_session)
TROUPE_LOCAL_MESSAGE(outcome)
TROUPE_LOCAL_MESSAGE(change_subscriptions)
TROUPE_LOCAL_MESSAGE(retained_chunk)
TROUPE_LOCAL_MESSAGE(adopt_socket)
TROUPE_LOCAL_MESSAGE(open_session)
TROUPE_LOCAL_MESSAGE(forwarded)
TROUPE_LOCAL_MESSAGE(forward_credit)
TROUPE_LOCAL_MESSAGE(publish_request)
TROUPE_LOCAL_MESSAGE(published)
TROUPE_LOCAL_MESSAGE(kick_client)
TROUPE_LOCAL_MESSAGE(client_subscribe)
TROUPE_LOCAL_MESSAGE(client_unsubscribe)
TROUPE_LOCAL_MESSAGE(client_query)
TROUPE_LOCAL_MESSAGE(client_page)
TROUPE_LOCAL_MESSAGE(subscription_query)
TROUPE_LOCAL_MESSAGE(subscription_page)
TROUPE_LOCAL_MESSAGE(counters_query)
TROUPE_LOCAL_MESSAGE(shard_figures)
TROUPE_LOCAL_MESSAGE(stored_query)
TROUPE_LOCAL_MESSAGE(stored_figures)
TROUPE_LOCAL_MESSAGE(send_will)
TROUPE_LOCAL_MESSAGE(send_wills)
TROUPE_LOCAL_MESSAGE(drain_shard)
TROUPE_LOCAL_MESSAGE(drained)
TROUPE_LOCAL_MESSAGE(route_changes)
TROUPE_LOCAL_MESSAGE(routes_applied)
TROUPE_LOCAL_MESSAGE(route_query)
TROUPE_LOCAL_MESSAGE(route_page)
TROUPE_LOCAL_MESSAGE(route_figures_query)
TROUPE_LOCAL_MESSAGE(route_figures)
TROUPE_LOCAL_MESSAGE(retain_message)
TROUPE_LOCAL_MESSAGE(retained_request)
TROUPE_LOCAL_MESSAGE(sweep_tick)
TROUPE_LOCAL_MESSAGE(retained_figures_query)
TROUPE_LOCAL_MESSAGE(limit_retained)
TROUPE_LOCAL_MESSAGE(retained_figures)
TROUPE_LOCAL_MESSAGE(connection_ended)
TROUPE_LOCAL_MESSAGE(stop_listening)
TROUPE_LOCAL_MESSAGE(delay_messages)
TROUPE_LOCAL_MESSAGE(listener_query)
TROUPE_LOCAL_MESSAGE(listener_info)
TROUPE_LOCAL_MESSAGE(metrics_query)
TROUPE_LOCAL_MESSAGE(metrics_report)
TROUPE_LOCAL_MESSAGE(stats_query)
TROUPE_LOCAL_MESSAGE(stats_report)
TROUPE_LOCAL_MESSAGE(sys_heartbeat)
TROUPE_LOCAL_MESSAGE(sys_interval)
TROUPE_LOCAL_MESSAGE(node_query)
TROUPE_LOCAL_MESSAGE(node_info)
TROUPE_LOCAL_MESSAGE(http_request)
TROUPE_LOCAL_MESSAGE(http_response)
