#include "redis_connection.hpp"

#include <algorithm>
#include <sys/time.h>

namespace troupe {

std::vector<std::string_view> words_of_command(std::string_view text) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const auto end = std::min(text.find(' '), text.size());
    if (end > 0)
      words.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

reply_ptr redis_connection::ask(const std::vector<std::string>& words, std::string& error) {
  for (;;) {
    const bool used = context_ != nullptr;
    sent_ = false;
    if (!used && !open(error))
      return nullptr;
    if (auto answer = run(words))
      return answer;
    error = context_->errstr;
    close();
    if (!used)
      return nullptr;
  }
}

reply_ptr redis_connection::execute(const std::vector<std::string>& words, std::string& error) {
  sent_ = false;
  if (!is_alive())
    close();
  if (!context_ && !open(error))
    return nullptr;
  auto answer = run(words);
  if (!answer) {
    error = context_->errstr;
    close();
  }
  return answer;
}

bool redis_connection::open(std::string& error) {
  const timeval time{config_.timeout.count() / 1000, (config_.timeout.count() % 1000) * 1000};
  if (socket_.interrupted()) {
    error = "it is not asked any more";
    return false;
  }
  context_.reset(redisConnectWithTimeout(config_.host.c_str(), config_.port, time));
  if (context_ && context_->err == 0 && redisSetTimeout(context_.get(), time) == REDIS_OK) {
    socket_.watch(context_->fd);
    if (log_in(error))
      return true;
  } else {
    error = context_ ? context_->errstr : "no memory";
  }
  close();
  return false;
}

bool redis_connection::log_in(std::string& error) {
  std::vector<std::vector<std::string>> first;
  if (!config_.password.empty()) {
    first.push_back({"AUTH"});
    if (!config_.username.empty())
      first.back().push_back(config_.username);
    first.back().push_back(config_.password);
  }
  if (config_.database != "0")
    first.push_back({"SELECT", config_.database});
  for (const auto& words : first) {
    const auto answer = run(words);
    if (answer && answer->type != REDIS_REPLY_ERROR)
      continue;
    error = answer ? answer->str : context_->errstr;
    sent_ = false; // none of the command's own words
    return false;
  }
  return true;
}

reply_ptr redis_connection::run(const std::vector<std::string>& words) {
  sent_ = true;
  std::vector<const char*> texts;
  std::vector<std::size_t> sizes;
  for (const auto& w : words) {
    texts.push_back(w.data());
    sizes.push_back(w.size());
  }
  return reply_ptr{static_cast<redisReply*>(
      redisCommandArgv(context_.get(), static_cast<int>(texts.size()), texts.data(), sizes.data()))};
}

void redis_connection::close() noexcept {
  socket_.forget();
  context_.reset();
}

} // namespace troupe
