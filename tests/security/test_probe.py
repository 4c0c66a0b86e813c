from __future__ import annotations
import pytest
from tests.acceptance.web.conftest import a_visitor
from tests.acceptance.web.test_permissions import PAGES, ACTS, address
from tests.support import a_session, a_group
from tests.messages import a_message
from tests.acceptance.api.conftest import Program, issued
from classbell.storage.models import *
pytestmark = pytest.mark.django_db
def test_get(cast, ports, connected, owner):
    s = a_session(cast.catalog); a_group(s.course)
    a_message(cast.catalog,"failed",name="learning@contoso.example")
    owner.client.raise_request_exception=False
    N=("q","who","subject","from","to","before","after","page","kind","state","status","since","until","month","catalog","course","text","language","tab","person","session","message","number","days","seats","floor","building","city","sort","route","period")
    for p in PAGES:
        for v in ("a\0b","9"*30,"x"*20000,"%[*?","-1","2027-13-45","\u0660\u00b2","9999-12-31","0001-01-01"):
            r=owner.client.get(address(p,s),dict.fromkeys(N,v))
            if r.status_code>=500: print(p,v[:20],r.status_code)
def test_big(cast, ports, connected, owner):
    s = a_session(cast.catalog); a_group(s.course)
    owner.client.raise_request_exception=False
    good={"course":"FIRE","code":"F-9","title":"T","starts":"2027-03-01T18:00","ends":"2027-03-01T20:00","time_zone":"Europe/Copenhagen"}
    import time
    for act in ACTS:
        b=time.time()
        r=owner.client.post(address(act,s), dict.fromkeys(("place","name","text","subject","reply_to_name","address","body","instructors","people","days","description","seats","room","reply_to","colour","from","person","course_code","q","message","to","decision","mailbox"),"x"*90_000))
        t=time.time()-b
        if r.status_code>=500 or t>1: print(act,r.status_code,round(t,1))
def test_api(cast, ports, connected):
    p=Program(issued(ports,cast.catalog,cast.owner).token)
    H={"Authorization":"Bearer "+p.token}
    for b in (b'{"code":"s","title":"\\ud800"}', '{"code":"u16","title":"a\\u0000"}'.encode("utf-16"), b'{"code":"e","title":"\\ud83d\\ude00"}', b'{"code":"e2","title":"t","seats":1e400}'):
        r=p.client.post("/api/v1/catalogs/academy/courses", b, content_type="application/json", headers=H); print(r.status_code)
    s=a_session(cast.catalog)
    r=p.client.patch(f"/api/v1/catalogs/academy/sessions/{s.pk}", '{"seats":999999999999}', content_type="application/json", headers=H); print("seats",r.status_code)
    for q in ("a\0","9"*40,"[%"):
        for a in ("people","sessions","courses","deliveries","audit","rooms"):
            r=p.client.get(f"/api/v1/catalogs/academy/{a}",{k:q for k in ("q","cursor","limit","state","since","code","address","before","kind")},headers=H)
            if r.status_code>=500: print(q,a,r.status_code)
            for k in ("q","code","address","kind","state","who"):
                r=p.client.get(f"/api/v1/catalogs/academy/{a}",{k:q},headers=H)
                if r.status_code>=500 or "\0" in q and r.status_code==200: print(q,a,k,r.status_code)
