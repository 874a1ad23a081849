// The api service of the test shop: it prints what it was built to print.
package main

import "fmt"

func greeting(name string) string {
	return "hello " + name
}

func main() {
	fmt.Println(greeting("shop"))
}
