"""One call with LeanCloud's package for Python."""
import os
import sys

os.environ["LEANCLOUD_API_SERVER"] = sys.argv[1]

import leancloud

leancloud.init("hT4kQ9wZr2LmVxYb7NcPdE1s-gzGzoHsz", app_key="kQ7vXy2LmN4pRs6TuWz8aBcD")
print(leancloud.cloud.run("random")["url"])
