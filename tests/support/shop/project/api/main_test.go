package main

import "testing"

func TestGreeting(t *testing.T) {
	if greeting("you") != "hello you" {
		t.Fatal(greeting("you"))
	}
}
