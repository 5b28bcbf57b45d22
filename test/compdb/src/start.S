.globl start
