// A signed overflow, as Broken.swift has the other faults.
#include <limits.h>
#include <stdio.h>

int main(int count, char **arguments) {
    (void)arguments;
    printf("%d\n", INT_MAX - 1 + count + count);
}
