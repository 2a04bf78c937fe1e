#include "database.hpp"

#include "troupe/actors/log.hpp"
#include "troupe/actors/store.hpp"

#include <algorithm>
#include <array>
#include <cstdarg>
#include <cstdio>
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/table.h>
#include <rocksdb/write_batch.h>
#include <vector>

namespace troupe {

namespace {

constexpr std::size_t write_buffers = 4 * 1024 * 1024; // of all kinds together
constexpr std::size_t block_cache = 1024 * 1024;
constexpr std::size_t page_bytes = 4 * 1024 * 1024;

// RocksDB's log goes to ours. Its own log file would end the process when the disk is full: Debian's build
// asserts that nothing is written to a file after a failure.
class quiet_logger final : public rocksdb::Logger {
public:
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    if (!log::wants(log::severity::debug))
      return;
    std::array<char, 512> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    log::debug("[Store] RocksDB: {}", line.data());
  }
};

// Small and quiet: rows are few and read once, at the start; writes come in batches.
rocksdb::ColumnFamilyOptions kind_options(const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions o;
  o.write_buffer_size = write_buffers;
  o.arena_block_size = 64 * 1024;
  o.max_write_buffer_number = 2;
  o.level_compaction_dynamic_level_bytes = true;
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.cache_index_and_filter_blocks = true;
  o.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  return o;
}

rocksdb::DBOptions database_options() {
  rocksdb::DBOptions o;
  o.create_if_missing = true;
  o.db_write_buffer_size = write_buffers;
  o.max_total_wal_size = 4 * write_buffers;
  o.max_background_jobs = 2;
  o.max_open_files = 64;
  o.max_file_opening_threads = 1;
  o.info_log = std::make_shared<quiet_logger>();
  o.info_log_level = rocksdb::WARN_LEVEL;
  o.stats_dump_period_sec = 0; // no thread for it
  o.stats_persist_period_sec = 0;
  o.skip_stats_update_on_db_open = true;
  o.table_cache_numshardbits = 0;
  return o;
}

store_code code_of(const rocksdb::Status& s) {
  if (s.ok())
    return store_code::ok;
  if (s.IsNoSpace())
    return store_code::full;
  if (s.IsCorruption())
    return store_code::corrupt;
  if (s.IsIOError() && (s.ToString().find("Permission denied") != std::string::npos ||
                        s.ToString().find("Read-only file system") != std::string::npos))
    return store_code::not_accessible;
  return store_code::failed;
}

bool has_values(std::span<const store_write> writes) {
  return std::any_of(writes.begin(), writes.end(), [](const store_write& w) {
    return std::any_of(w.changes.begin(), w.changes.end(),
                       [](const store_change& c) { return c.value.has_value(); });
  });
}

} // namespace

struct database::rows {
  std::unique_ptr<rocksdb::DB> db;
  std::vector<std::unique_ptr<rocksdb::ColumnFamilyHandle>> others; // of the default and of newer versions
  std::array<std::unique_ptr<rocksdb::ColumnFamilyHandle>, store_kind_count> kinds; // null: no row yet
  std::shared_ptr<rocksdb::Cache> cache = rocksdb::NewLRUCache(block_cache, 0);

  rows() = default;
  rows(const rows&) = delete;
  rows& operator=(const rows&) = delete;
  ~rows() { // the handles before what they belong to
    others.clear();
    for (auto& k : kinds)
      k.reset();
  }

  auto& of(store_kind kind) { return kinds[static_cast<std::size_t>(kind)]; }

  void adopt(rocksdb::ColumnFamilyHandle* handle) {
    for (std::size_t i = 0; i < store_kind_count; ++i)
      if (handle->GetName() == to_string(static_cast<store_kind>(i))) {
        kinds[i].reset(handle);
        return;
      }
    others.emplace_back(handle);
  }
};

const char* to_string(store_kind kind) noexcept {
  static constexpr std::array<const char*, store_kind_count> names{
      "apps",      "banned", "users",    "acl",     "plugins", "modules", "rules",
      "resources", "alarms", "retained", "delayed", "sasl",    "bridges"};
  return names[static_cast<std::size_t>(kind)];
}

database::database(std::string folder, bool fsync) : folder_(std::move(folder)), fsync_(fsync) {}
database::~database() = default;

store_status database::fail(store_status status) {
  rows_.reset();
  return status;
}

store_status database::open() {
  if (auto status = folder_.claim(); !status.ok())
    return status;
  return folder_.has_rows() ? open_rows() : store_status{};
}

// RocksDB cannot tell an end that was being written when the power went, which nobody was promised, from
// damage with rows behind it. Neither is to keep the broker from its start, nor to be lost without a word.
store_status database::open_rows() {
  auto status = open_rows(if_log::whole);
  if (status.code != store_code::corrupt)
    return status;
  if (auto kept = folder_.keep_logs(); !kept.ok())
    return kept;
  if (!open_rows(if_log::damaged).ok())
    return status;
  log::error("[Store] {}. What its log has behind that is left out: what was being written when the power "
             "went, or more if the disk is damaged. The log as it was is in {}",
             log::printable(status.text), folder_.logs_path());
  return {};
}

store_status database::open_rows(if_log is) {
  const auto path = folder_.rows_path();
  auto fresh = std::make_unique<rows>();
  std::vector<std::string> names;
  if (!folder_.has_rows())
    names.push_back(rocksdb::kDefaultColumnFamilyName);
  else if (const auto s = rocksdb::DB::ListColumnFamilies(database_options(), path, &names); !s.ok())
    return {code_of(s), "the store " + path + " cannot be read: " + s.ToString()};
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  families.reserve(names.size());
  for (const auto& name : names)
    families.emplace_back(name, kind_options(fresh->cache));
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  auto options = database_options();
  options.wal_recovery_mode = is == if_log::whole ? rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords
                                                  : rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  const auto s = rocksdb::DB::Open(options, path, families, &handles, &db);
  fresh->db.reset(db);
  for (auto* h : handles)
    fresh->adopt(h);
  if (!s.ok())
    return {code_of(s), "the store " + path + " cannot be opened: " + s.ToString()};
  rows_ = std::move(fresh);
  return {};
}

store_status database::ensure_rows() {
  if (rows_)
    return {};
  if (!folder_.has_rows())
    if (auto status = folder_.begin_rows(); !status.ok())
      return status;
  return open_rows();
}

store_status database::ensure_kind(store_kind kind) {
  if (rows_->of(kind))
    return {};
  rocksdb::ColumnFamilyHandle* handle = nullptr;
  const auto s = rows_->db->CreateColumnFamily(kind_options(rows_->cache), to_string(kind), &handle);
  rows_->of(kind).reset(handle);
  return s.ok() ? store_status{}
                : store_status{code_of(s), "the store cannot be written to: " + s.ToString()};
}

store_status database::write(std::span<const store_write> writes) {
  if (!rows_ && !folder_.has_rows() && !has_values(writes))
    return {};
  if (auto status = ensure_rows(); !status.ok())
    return status;
  rocksdb::WriteBatch batch;
  for (const auto& w : writes)
    for (const auto& c : w.changes) {
      if (!c.value && !rows_->of(c.kind))
        continue; // no row of its kind, so there is nothing to erase
      if (auto status = ensure_kind(c.kind); !status.ok())
        return fail(std::move(status));
      auto* family = rows_->of(c.kind).get();
      const auto s = c.value ? batch.Put(family, c.key, *c.value) : batch.Delete(family, c.key);
      if (!s.ok())
        return {code_of(s), "the write is refused: " + s.ToString()};
    }
  if (batch.Count() == 0)
    return {};
  rocksdb::WriteOptions options;
  options.sync = fsync_;
  ++commits_;
  if (const auto s = rows_->db->Write(options, &batch); !s.ok())
    return fail({code_of(s), "the store " + folder_.path() + " cannot be written to: " + s.ToString()});
  return {};
}

store_page database::scan(const store_scan& which) {
  store_page page;
  if (!rows_ && folder_.has_rows()) // after a failure
    page.status = open_rows();
  if (!rows_ || !rows_->of(which.kind))
    return page;
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  const std::unique_ptr<rocksdb::Iterator> i{rows_->db->NewIterator(options, rows_->of(which.kind).get())};
  std::size_t bytes = 0;
  if (which.after.empty()) {
    i->SeekToFirst();
  } else {
    i->Seek(which.after);
    if (i->Valid() && i->key() == rocksdb::Slice{which.after})
      i->Next();
  }
  for (; i->Valid() && page.rows.size() < which.limit && bytes < page_bytes; i->Next()) {
    page.rows.emplace_back(i->key().ToString(), i->value().ToString());
    bytes += i->key().size() + i->value().size();
  }
  page.done = !i->Valid();
  if (const auto s = i->status(); !s.ok())
    page.status = {code_of(s), "the store " + folder_.path() + " cannot be read: " + s.ToString()};
  return page;
}

std::shared_ptr<database> open_database(const std::string& folder, bool fsync, store_status& status) {
  auto rows = std::make_shared<database>(folder, fsync);
  status = rows->open();
  return status.ok() ? std::move(rows) : nullptr;
}

store_page scan(database& rows, const store_scan& which) { return rows.scan(which); }

std::string for_each_row(database& rows, store_kind kind,
                         const std::function<void(std::string& key, std::string& value)>& take) {
  store_scan next{kind, {}, 4'096};
  for (bool done = false; !done;) {
    auto page = rows.scan(next);
    if (!page.status.ok())
      return page.status.text;
    if (!page.rows.empty())
      next.after = page.rows.back().first;
    for (auto& [key, value] : page.rows)
      take(key, value);
    done = page.done;
  }
  return {};
}

} // namespace troupe
