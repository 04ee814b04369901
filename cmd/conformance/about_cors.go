package main

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
)

var aboutCORS = []question{
	{fact: "OSS-320", text: "GET ?cors through this endpoint (open for the public one and accounts since 2025)", expect: "answered", ask: func(s *session) string {
		a := s.ask("GET", "", with("cors"))
		if a.status == http.StatusOK || a.code == "NoSuchCORSConfiguration" {
			return "answered: " + a.String()
		}
		return a.String()
	}},
	{fact: "OSS-243", text: "10, 11, 20 and 21 CORS rules (open)", expect: "200, 200, 200, 400 CORSRuleBeyondLimit", needs: needsCORS, ask: func(s *session) string {
		var seen []string
		for _, count := range []int{10, 11, 20, 21} {
			seen = append(seen, s.rules(strings.Repeat(rule("https://a.example", ""), count)).withoutEC())
		}
		return joined(seen...)
	}},
	{fact: "OSS-243", text: "two wildcards in an origin, in an allowed header; one in an exposed header (open)", expect: "400 InvalidArgument, 400 InvalidArgument, 400 InvalidArgument", needs: needsCORS, ask: func(s *session) string {
		return joined(s.rules(rule("https://*.*.example", "")).withoutEC(),
			s.rules(rule("*", "<AllowedHeader>x-*-*</AllowedHeader>")).withoutEC(),
			s.rules(rule("*", "<ExposeHeader>x-oss-meta-*</ExposeHeader>")).withoutEC())
	}},
	{fact: "OSS-240", text: "AllowedHeader Authorization and ExposeHeader ETag in GET ?cors", expect: "authorization, ETag", needs: needsCORS, ask: func(s *session) string {
		if a := s.rules(rule("*", "<AllowedHeader>Authorization</AllowedHeader><ExposeHeader>ETag</ExposeHeader>")); a.status != http.StatusOK {
			return a.String()
		}
		return s.until("authorization, ETag", func() string {
			text := s.ask("GET", "", with("cors")).body
			return joined(or(between(text, "<AllowedHeader>", "</AllowedHeader>")), or(between(text, "<ExposeHeader>", "</ExposeHeader>")))
		})
	}},
	{fact: "OSS-241", text: "a preflight by a rule for * with GET and PUT, for X-Own", expect: "*; GET, PUT; x-own", needs: needsCORS, ask: func(s *session) string {
		if a := s.rules(rule("*", "<AllowedMethod>PUT</AllowedMethod><AllowedHeader>*</AllowedHeader>")); a.status != http.StatusOK {
			return a.String()
		}
		return s.until("*; GET, PUT; x-own", func() string {
			h := s.ask("OPTIONS", "k", header("Origin", "https://a.example"), header("Access-Control-Request-Method", "GET"), header("Access-Control-Request-Headers", "X-Own")).header
			return strings.Join([]string{or(h.Get("Access-Control-Allow-Origin")), or(h.Get("Access-Control-Allow-Methods")), or(h.Get("Access-Control-Allow-Headers"))}, "; ")
		})
	}},
}

// rule is a CORS rule for GET; its elements need not stand in an order.
func rule(origin, rest string) string {
	return "<CORSRule><AllowedOrigin>" + origin + "</AllowedOrigin><AllowedMethod>GET</AllowedMethod>" + rest + "</CORSRule>"
}

func (a answer) withoutEC() string {
	a.ec = ""
	return a.String()
}

// rules sets the bucket's CORS rules. The first time it sees to it that the bucket gets back what it had.
func (s *session) rules(rules string) answer {
	if !s.changedRules {
		before := s.ask("GET", "", with("cors"))
		switch {
		case before.status == http.StatusOK:
			s.undo = append(s.undo, func() error { return s.settled("PUT", "cors", before.body) })
		case before.code == "NoSuchCORSConfiguration":
			s.undo = append(s.undo, func() error { return s.settled("DELETE", "cors", "") })
		default:
			return before // what cannot be put back is not touched
		}
		s.changedRules = true
	}
	return s.ask("PUT", "", with("cors"), body("<CORSConfiguration>"+rules+"</CORSConfiguration>"))
}

// settled makes a request that puts something back, and says when that fails.
func (s *session) settled(method, part, text string) error {
	s.broken = nil
	a := s.ask(method, "", with(part), body(text))
	if a.status >= 200 && a.status < 300 {
		return nil
	}
	return errors.Join(fmt.Errorf("putting back ?%s: %s", part, a), s.broken)
}

// until asks again for some seconds while the answer is another: a change of CORS rules takes its time on the service.
func (s *session) until(want string, ask func() string) string {
	seen := ask()
	for range 15 {
		if seen == want || s.broken != nil || s.ctx.Err() != nil {
			break
		}
		select {
		case <-s.ctx.Done():
		case <-time.After(time.Second):
		}
		seen = ask()
	}
	return seen
}
