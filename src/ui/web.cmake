# Builds the web page from web/ into ${AION_UI_DIST}; the source tree is only read. Nothing is fetched while
# package.json and its lock stand still, and nothing is bundled while the sources do.
find_program(AION_NPM npm)
find_program(AION_NODE NAMES node nodejs)
if(NOT AION_NPM OR NOT AION_NODE)
  message(FATAL_ERROR "The web page is built with Node.js 18 or newer and npm, and they are not installed. Install them "
    "(Debian: apt-get install nodejs npm), or build without the page: -DAION_UI=OFF")
endif()
execute_process(COMMAND ${AION_NODE} --version OUTPUT_VARIABLE node_version OUTPUT_STRIP_TRAILING_WHITESPACE)
string(REGEX REPLACE "^v" "" node_version "${node_version}")
if(node_version VERSION_LESS 18)
  message(FATAL_ERROR "The web page needs Node.js 18 or newer, and ${AION_NODE} is ${node_version}. Install a newer one, "
    "or build without the page: -DAION_UI=OFF")
endif()

set(web ${CMAKE_CURRENT_SOURCE_DIR}/web)
set(work ${CMAKE_CURRENT_BINARY_DIR}/web)
set(AION_UI_DIST ${work}/dist)
set(lock_files .npmrc package.json package-lock.json)
set(config_files index.html tsconfig.json vite.config.ts)
file(GLOB_RECURSE page_files CONFIGURE_DEPENDS ${web}/src/* ${web}/public/* ${web}/test/*)
list(TRANSFORM lock_files PREPEND ${web}/ OUTPUT_VARIABLE lock_sources)
list(TRANSFORM config_files PREPEND ${web}/ OUTPUT_VARIABLE config_sources)

add_custom_command(
  OUTPUT ${work}/packages.stamp
  DEPENDS ${lock_sources}
  COMMAND ${CMAKE_COMMAND} -E make_directory ${work}
  COMMAND ${CMAKE_COMMAND} -E copy ${lock_sources} ${work}
  COMMAND ${CMAKE_COMMAND} -E chdir ${work} ${AION_NPM} ci --no-progress --loglevel=error
  COMMAND ${CMAKE_COMMAND} -E touch ${work}/packages.stamp
  COMMENT "Fetching the packages of the web page"
  VERBATIM)

add_custom_command(
  OUTPUT ${work}/page.stamp
  DEPENDS ${work}/packages.stamp ${config_sources} ${page_files}
  COMMAND ${CMAKE_COMMAND} -E rm -rf ${work}/src ${work}/public ${work}/test ${AION_UI_DIST}
  COMMAND ${CMAKE_COMMAND} -E copy ${config_sources} ${work}
  COMMAND ${CMAKE_COMMAND} -E copy_directory ${web}/src ${work}/src
  COMMAND ${CMAKE_COMMAND} -E copy_directory ${web}/public ${work}/public
  COMMAND ${CMAKE_COMMAND} -E copy_directory ${web}/test ${work}/test
  COMMAND ${CMAKE_COMMAND} -E chdir ${work} ${AION_NPM} run --silent build -- --logLevel warn
  COMMAND ${CMAKE_COMMAND} -E touch ${work}/page.stamp
  COMMENT "Building the web page"
  VERBATIM)
set(AION_UI_STAMP ${work}/page.stamp)

# The page's unit tests, on the sources the page was built from.
if(AION_TESTS)
  add_test(NAME ui_web_test COMMAND ${AION_NODE} ${work}/test/run.mjs)
endif()
