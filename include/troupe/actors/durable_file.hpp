// Files that are there as a whole or not at all, whatever happens to the process or the machine.
#pragma once

#include <string>
#include <string_view>

namespace troupe {

/// Writes all of the text to a descriptor. False when it cannot; errno says why.
bool write_all(int descriptor, std::string_view text);

/// Makes the file `name` in the folder, or replaces it: whoever reads it has the old text or the new one, and
/// when this returns 0 the disk has the new one. Else the value of errno, and what was there stays. A draft,
/// `.<name>.new`, stands beside it meanwhile. The file is for its owner only.
int replace_file(const std::string& folder, const std::string& name, std::string_view text);

/// Likewise for a file that an operator may have put there: where `path` is a symbolic link that stays, and
/// what it leads to is replaced (ELOOP after 40 links); a file that is there keeps its permissions, though
/// not its owner.
int replace_linked_file(const std::string& path, std::string_view text);

} // namespace troupe
