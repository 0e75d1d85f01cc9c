# The man page, from the page of the command's help (docs/reference/cli.md, which a test compares with the help itself).
set(help_page ${PROJECT_SOURCE_DIR}/docs/reference/cli.md)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${help_page})
file(READ ${help_page} page)

# What roff would take for its own: backslashes, hyphens, and lines that begin with a dot or an apostrophe.
string(REPLACE "\\" "\\e" page "${page}")
string(REPLACE "-" "\\-" page "${page}")
string(REGEX REPLACE "\n([.'])" "\n\\\\&\\1" page "${page}")

string(REGEX REPLACE "^[^\n]*\n\n# [^\n]*\n\n" "" page "${page}")        # comment and title
string(REGEX REPLACE "\n## ([^\n]*)\n" "\n.SH BITLINE \\1\n" page "${page}")
string(REGEX REPLACE "```\n" "" page "${page}")
string(REGEX REPLACE "\n([A-Z][a-z]+):\n" "\n.SS \\1\n" page "${page}")
string(REGEX REPLACE "\nUsage: ([^\n]*)" "\n.PP\nUsage: \\\\fB\\1\\\\fR\n" page "${page}")
# Examples with what they do; options, arguments and commands with what they mean.
string(REGEX REPLACE "\n  ([^ \n][^\n]*)\n       *([^ \n])" "\n.TP\n\\\\fB\\1\\\\fR\n\\2" page "${page}")
string(REGEX REPLACE "\n  ([^ \n]+( [^ \n]+)*)  +([^ \n])" "\n.TP\n\\\\fB\\1\\\\fR\n\\3" page "${page}")
string(REGEX REPLACE "\n\n+([^.\n])" "\n.PP\n\\1" page "${page}")
string(REGEX REPLACE "\n\n+" "\n" page "${page}")

file(WRITE ${PROJECT_BINARY_DIR}/bitline.1 ".TH BITLINE 1 \"\" \"bitline ${PROJECT_VERSION}\"
.SH NAME
bitline \\- simulator of crossbar compute\\-in\\-memory accelerators
.SH SYNOPSIS
.B bitline
COMMAND [options]
.SH DESCRIPTION
${page}.SH FILES
.TP
.I ${CMAKE_INSTALL_DATADIR}/bitline/configs, ${CMAKE_INSTALL_DATADIR}/bitline/models
Shipped configurations and networks, below the folder that bin/bitline stands in.
.SH ENVIRONMENT
.TP
.B BITLINE_CONFIGS
Folders of configurations that are looked into first.
.TP
.B BITLINE_DATA
Folders of data sets.
")
