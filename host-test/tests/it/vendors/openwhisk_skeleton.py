"""The proxy of OpenWhisk's Docker skeleton, with this folder in place of the
container's /action: python3 openwhisk_skeleton.py CHECKOUT
"""
import os
import shutil
import sys

folder = os.path.join(sys.argv[1], "core/actionProxy")
sys.path.insert(0, folder)

import actionproxy

# As its Dockerfile lays it.
program = os.path.abspath("exec")
shutil.copy(os.path.join(folder, "stub.sh"), program)
os.chmod(program, 0o755)
actionproxy.setRunner(actionproxy.ActionRunner(program, program))
actionproxy.main()
