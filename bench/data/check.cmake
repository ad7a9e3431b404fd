# Writes a small part of the bench data and holds its summary line against the recorded one.
file(REMOVE_RECURSE ${OUT})
execute_process(COMMAND ${TOOL} --out ${OUT} --series 500 --hours 4 OUTPUT_VARIABLE got RESULT_VARIABLE result
                OUTPUT_STRIP_TRAILING_WHITESPACE)
file(REMOVE_RECURSE ${OUT})
if(NOT result EQUAL 0)
  message(FATAL_ERROR "bench_blocks failed: ${result}")
endif()
file(STRINGS ${EXPECTED} lines)
foreach(line IN LISTS lines)
  if(line MATCHES "^--series 500 --hours 4\t(.*)$" AND NOT got STREQUAL CMAKE_MATCH_1)
    message(FATAL_ERROR "bench data changed:\nexpected ${CMAKE_MATCH_1}\ngot      ${got}")
  endif()
endforeach()
